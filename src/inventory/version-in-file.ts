import { type Match, allMatches } from './bounded-pattern.js';
import type { Mistake } from './mistake.js';
import type { VersionSource } from './version-source.js';

/** The version in a file, written like a tag, or what is wrong. */
export type VersionFound =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly mistake: Omit<Mistake, 'path'> };

/**
 * Finds the only version in a file. The same version may occur several times, with or without its `v`.
 * A match that is no version is never quoted: a pattern may match a secret.
 */
export function versionInFile(source: VersionSource, text: string): VersionFound {
  const searches = 'variable' in source ? variablePatterns(source.variable) : [source.pattern];
  const matches: Match[] = [];
  for (const pattern of searches) {
    const found = allMatches(pattern, text);
    if (!found.ok) return refused(`the pattern cannot be used on ${source.file}`, found.why, howToMatch);
    matches.push(...found.matches);
  }
  return theOne(source, matches);
}

const howToMatch =
  'write a pattern that matches once, with the version in (?<currentValue>…): the one Renovate has for it';

function theOne(source: VersionSource, matches: readonly Match[]): VersionFound {
  const { file } = source;
  const what = 'variable' in source ? `the variable ${source.variable}` : 'the pattern';
  if (matches.length === 0) {
    const fix =
      'variable' in source
        ? `write ${source.variable} = "1.12.6" or a default there, or name the file that has it`
        : howToMatch;
    return refused(`${what} has no match in ${file}`, 'no other version is declared', fix);
  }
  const [odd] = matches.filter(({ value }) => !isVersionText(value));
  if (odd) {
    const why = 'a version has three numbers, like 1.12.6, with or without a v';
    return refused(`line ${odd.line} of ${file}, where ${what} leads, has no version`, why, howToMatch);
  }
  const versions = new Map(matches.toReversed().map(({ value, line }) => [withV(value), line]));
  const [version, ...others] = versions.keys();
  if (version !== undefined && others.length === 0) return { ok: true, version };
  const places = [...versions].toReversed().map(([value, line]) => `${value} in line ${line}`);
  const shown =
    places.length > 5 ? `${places.slice(0, 5).join(', ')} and ${places.length - 5} more` : places.join(', ');
  return refused(
    `${file} has ${versions.size} versions where ${what} leads: ${shown}`,
    'nobody would know which is meant',
    'variable' in source ? 'leave one, or use a pattern that leads to one of them' : howToMatch,
  );
}

/** The length is bounded because messages quote the text. */
function isVersionText(value: string): boolean {
  return value.length <= 60 && /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(value);
}

function withV(value: string): string {
  return value.startsWith('v') ? value : `v${value}`;
}

/**
 * The two syntaxes in which Terraform sets a variable. They match only at the start of a line, so that comments do not count. A block
 * may have comments, strings and nested blocks before the default.
 */
function variablePatterns(name: string): string[] {
  const part = String.raw`[^{}"#]|"(?:[^"\\\n]|\\.)*"|#[^\n]*\n`;
  return [
    String.raw`(?m)^[ \t]*${name}[ \t]*=[ \t]*"(?<currentValue>[^"\n]*)"`,
    String.raw`(?m)^[ \t]*variable[ \t]+"${name}"[ \t]*\{(?:${part}|\{(?:${part})*\})*?\bdefault[ \t]*=[ \t]*"(?<currentValue>[^"\n]*)"`,
  ];
}

function refused(what: string, why: string, fix: string): VersionFound {
  return { ok: false, mistake: { what, why, fix } };
}
