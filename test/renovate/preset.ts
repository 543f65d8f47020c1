import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RE2JS } from 're2js';
import { projectRoot } from '../../src/tools/project-root.js';

/** A manager of the preset, as Renovate reads it. */
export interface Manager {
  readonly description: string;
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
  readonly depNameTemplate?: string;
}

/** What a manager finds in a file. */
export interface Found {
  readonly name: string;
  readonly version: string;
  readonly index: number;
}

export function presetText(name: 'default' | 'labels'): string {
  return readFileSync(path.join(projectRoot, 'renovate', `${name}.json`), 'utf8');
}

export const managers = (JSON.parse(presetText('default')) as { customManagers: Manager[] }).customManagers;

/** Whether a manager looks into a file. Its patterns are regular expressions between slashes. */
export function looksInto({ managerFilePatterns }: Manager, file: string): boolean {
  return managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file));
}

/** All that the managers find in a file, in the engine Renovate prefers. */
export function foundIn(file: string, text: string): Found[] {
  return managers
    .filter((manager) => looksInto(manager, file))
    .flatMap(({ matchStrings, depNameTemplate }) =>
      matchStrings.flatMap((pattern) => {
        const matcher = RE2JS.compile(pattern).matcher(text);
        const found: Found[] = [];
        while (matcher.find()) {
          const name = depNameTemplate ?? matcher.group('depName') ?? '';
          const version = matcher.group('currentValue') ?? '';
          found.push({ name, version, index: matcher.start('currentValue') });
        }
        return found;
      }),
    );
}

/** The file once a version was bumped: as Renovate does it, in its place and nowhere else. */
export function bumped(file: string, text: string, name: string, version: string): string {
  const places = foundIn(file, text).filter((found) => found.name === name);
  return places
    .toSorted((a, b) => b.index - a.index)
    .reduce((rest, found) => {
      const end = found.index + found.version.length;
      return `${rest.slice(0, found.index)}${version}${rest.slice(end)}`;
    }, text);
}
