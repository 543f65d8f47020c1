import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { filesOf, isAsBefore } from '../../src/tools/machine-configuration.js';
import { patchConfiguration, withoutValues } from '../../src/tools/patch-configuration.js';
import { CommandFailed } from '../../src/tools/run-command.js';

const configuration = `version: v1alpha1
machine:
  type: worker
  token: abc.def
  files:
    - { path: /var/a, permissions: 0o644, op: create, content: one }
cluster:
  controlPlane: { endpoint: 'https://10.0.0.1:6443' }
`;

/** With the real talosctl. */
describe('patches', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-patches-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const patched = (version: string, ...patches: string[]): Promise<string> =>
    patchedOf(configuration, version, ...patches);

  async function patchedOf(whole: string, version: string, ...patches: string[]): Promise<string> {
    const file = async (name: string, text: string): Promise<string> => {
      const at = path.join(folder, name);
      await writeFile(at, text, { mode: 0o600 });
      return at;
    };
    const files: string[] = [];
    for (const [at, text] of patches.entries()) files.push(await file(`patch-${at}`, text));
    const output = await file('output', '');
    const own = await file('own', whole);
    await patchConfiguration(version, { configuration: own, patches: files, output }, {});
    return readFile(output, 'utf8');
  }

  const sysctl = (value: string) => `machine: { sysctls: { 'net.core.somaxconn': '${value}' } }`;

  test.each(['v1.12.1', 'v1.13.9'])(
    'are merged into a machine configuration in their order, by the talosctl of %s',
    async (version) => {
      const text = await patched(
        version,
        sysctl('1024'),
        '[{ "op": "add", "path": "/machine/files/-", "value": { "path": "/var/b", "op": "create", "content": "two" } }]',
        sysctl('4096'),
      );
      expect(filesOf(text)).toEqual([
        { path: '/var/a', content: 'one' },
        { path: '/var/b', content: 'two' },
      ]);
      expect(text).toContain('net.core.somaxconn: "4096"');
      expect(text).not.toContain('1024');
    },
  );

  test.each(['v1.12.1', 'v1.13.9'])(
    'that are merged already change nothing, though the talosctl of %s appends to lists',
    async (version) => {
      const patch = `machine: { files: [{ path: /var/b, op: create, content: two }], sysctls: { a: '1' } }`;
      const once = await patchedOf(configuration, version, patch);
      const twice = await patchedOf(once, version, patch);
      expect(filesOf(twice)).toHaveLength(3);
      expect(isAsBefore(configuration, once)).toBe(false);
      expect(isAsBefore(once, twice)).toBe(true);
    },
  );

  const secret = 'a-secret';
  test.each([
    ['an unknown key', `machine: { nothing: ${secret} }`, /unknown keys/],
    ['a text for a map', `machine: { sysctls: ${secret} }`, /cannot|unmarshal|construct/],
    ['no YAML', `machine: [${secret}`, /yaml/],
    ['no machine configuration', secret, /./],
    [
      'a JSON patch whose test fails',
      `[{ "op": "test", "path": "/machine/type", "value": "${secret}" }]`,
      /patch|path|operation/,
    ],
  ])('that cannot be merged say why, and nothing of what stands in them: %s', async (_name, patch, why) => {
    const failure: unknown = await patched('v1.13.9', patch).catch((error: unknown) => error);
    if (!(failure instanceof CommandFailed)) throw new Error('it was merged');
    const said = withoutValues(failure.stderrTail, []);
    expect(said).toMatch(why);
    expect(said).not.toContain(secret);
  });
});

test('files of a machine configuration are those of its machine section, in whatever document', () => {
  const host = 'apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: w\n';
  expect(filesOf(`${host}---\n${configuration}`)).toEqual([{ path: '/var/a', content: 'one' }]);
  expect(filesOf(host)).toEqual([]);
  expect(filesOf('a: [')).toEqual([]);
});
