import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseInventory } from '../../src/inventory/load.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { changedText, goodText } from '../inventory/an-inventory.js';
import { bumped, foundIn, managers, presetText } from './preset.js';

const talos = 'siderolabs/talos';
const kubernetes = 'kubernetes/kubernetes';
const page = readFileSync(path.join(projectRoot, 'docs/renovate.md'), 'utf8');

/** Name and version of each, sorted. */
const seen = (file: string, text: string): [string, string][] =>
  foundIn(file, text)
    .map(({ name, version }): [string, string] => [name, version])
    .toSorted(([a], [b]) => a.localeCompare(b));

describe.each(['prox-ops', 'atlas', 'portkey'])('in the slipway.yaml of %s', (name) => {
  const file = `examples/${name}/slipway.yaml`;
  const text = readFileSync(path.join(projectRoot, file), 'utf8');
  const { versions } = parse(text) as { versions: { talos: string; kubernetes: string } };

  test('both versions are found, and nothing else', () => {
    expect(seen(file, text)).toEqual([
      [kubernetes, versions.kubernetes.slice(1)],
      [talos, versions.talos.slice(1)],
    ]);
  });

  test('a bump is what Slipway reads then', () => {
    const once = bumped(file, text, talos, '1.99.7');
    const twice = bumped(file, once, kubernetes, '1.98.6');
    const loaded = parseInventory(twice, file);
    expect(loaded).toMatchObject({
      ok: true,
      inventory: { versions: { talos: 'v1.99.7', kubernetes: 'v1.98.6' } },
    });
    expect(twice.length - text.length).toBe(
      '1.99.71.98.6'.length - versions.talos.length - versions.kubernetes.length + 2,
    );
  });
});

describe("in Terraform's files", () => {
  const block = (inside: string): string => `variable "talos_version" {\n  ${inside}\n}\n`;
  test.each<[string, string, string | undefined]>([
    ['an assignment', 'talos_version = "1.11.3"', '1.11.3'],
    ['an assignment with its v', '\n  talos_version    = "v1.11.3" # now', '1.11.3'],
    ['a pre-release', 'talos_version = "v1.13.0-beta.1"', '1.13.0-beta.1'],
    ['a default', block('default = "1.11.3"'), '1.11.3'],
    [
      'a default after other things',
      block('description = "a {b}" # {\n  type = string\n  default = "v1.11.3"'),
      '1.11.3',
    ],
    ['a default after a check', block('validation {\n condition = true\n }\n default = "1.11.3"'), '1.11.3'],
    ['a variable without one', block('type = string'), undefined],
    ['the default of another', `${block('type = string')}variable "x" {\n  default = "1.2.3"\n}`, undefined],
    ['a comment', '# talos_version = "1.11.3"', undefined],
    ['a longer name', 'my_talos_version = "1.11.3"', undefined],
    ['a reference', 'talos_version = var.talos_version', undefined],
    ['a schematic', 'controller_schematic_id = "366fd68945d42e0b"', undefined],
  ])('%s: Renovate and Slipway find the same', (_name, text, version) => {
    expect(seen('terraform/variables.tf', text)).toEqual(version === undefined ? [] : [[talos, version]]);
    const source = { file: 'variables.tf', variable: 'talos_version' };
    const loaded = parseInventory(
      changedText((draft) => draft.setIn(['versions', 'talos'], source)),
      'slipway.yaml',
      () => ({ text }),
    );
    expect(loaded.ok ? loaded.inventory.versions.talos : undefined).toBe(version && `v${version}`);
  });

  test('a bump keeps the v, or its absence', () => {
    const text = 'talos_version = "v1.11.3"\nkubernetes_version = "1.34.1"\n';
    const once = bumped('a.tfvars', text, talos, '1.12.6');
    expect(bumped('a.tfvars', once, kubernetes, '1.35.0')).toBe(
      'talos_version = "v1.12.6"\nkubernetes_version = "1.35.0"\n',
    );
  });
});

describe('elsewhere', () => {
  const id = 'a'.repeat(64);
  test.each<[string, string, string, [string, string][]]>([
    ['talosctl of an image', 'Dockerfile', 'ARG TALOS_VERSION=1.10.8', [['talosctl', '1.10.8']]],
    [
      'talosctl of a pipeline',
      '.github/workflows/ci.yaml',
      'env:\n  TALOSCTL_VERSION: "v1.12.6"',
      [['talosctl', '1.12.6']],
    ],
    [
      'the plain installer',
      'talos/patch.yaml',
      'install:\n  image: ghcr.io/siderolabs/installer:v1.12.6',
      [['ghcr.io/siderolabs/installer', 'v1.12.6']],
    ],
    [
      "the factory's installers",
      'talos/patch.yaml',
      `a: factory.talos.dev/installer/${id}:v1.9.1\nb: factory.talos.dev/nocloud-installer-secureboot/${id}:v1.12.6`,
      [
        [`factory.talos.dev/installer/${id}`, 'v1.9.1'],
        [`factory.talos.dev/nocloud-installer-secureboot/${id}`, 'v1.12.6'],
      ],
    ],
    [
      'an extension of an imager',
      'build.sh',
      `imager --system-extension-image ghcr.io/siderolabs/gvisor:20250505.0@sha256:${id}`,
      [['ghcr.io/siderolabs/gvisor', '20250505.0']],
    ],
    [
      'extensions of a schematic, which have none',
      'schematic.yaml',
      'officialExtensions: [siderolabs/gvisor]',
      [],
    ],
    ['a file that is not for it', 'README.md', 'talos_version = "1.11.3"', []],
    ['a credential called talos', 'slipway.yaml', goodText().replace(/^versions.*$/m, ''), []],
    [
      'a commented version',
      'slipway.yaml',
      'versions:\n  # talos: v1.2.3\n  kubernetes: v1.35.0',
      [[kubernetes, '1.35.0']],
    ],
    [
      'an inventory beside others',
      'clusters/a.slipway.yml',
      'versions: { talos: v1.2.3 }',
      [[talos, '1.2.3']],
    ],
  ])('%s', (_name, file, text, found) => {
    expect(seen(file, text)).toEqual(found);
  });
});

describe('the presets', () => {
  test('work in both engines Renovate has: RE2, and that of JavaScript', () => {
    for (const { matchStrings } of managers)
      for (const pattern of matchStrings) {
        expect(() => new RegExp(pattern, 'g')).not.toThrow();
        expect(pattern).toContain('(?<currentValue>');
      }
  });

  test('know no schematic: its id is no version', () => {
    expect(presetText('default')).not.toMatch(/currentDigest>[^s]|schematic_id/);
  });

  test('merge nothing by themselves', () => {
    expect(presetText('default') + presetText('labels')).not.toMatch(/"(platformA|a)utomerge": true/);
  });

  test('give patterns that Slipway takes, too, as docs/renovate.md has them', () => {
    const snippets = [...page.matchAll(/^```yaml\n(versions:[^]*?)^```$/gm)].map(([, text = '']) => text);
    expect(snippets.length).toBeGreaterThan(1);
    for (const text of snippets) {
      const yaml = changedText((draft) =>
        draft.setIn(['versions'], (parse(text) as { versions: object }).versions),
      );
      const loaded = parseInventory(yaml, 'slipway.yaml', () => ({
        text: 'talos_version = "1.12.6"\nkubernetes_version = "1.35.0"\nTALOS: 1.12.6\n',
      }));
      expect(loaded).toMatchObject({ ok: true, inventory: { versions: { talos: 'v1.12.6' } } });
    }
  });
});
