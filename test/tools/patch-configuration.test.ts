import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { filesOf } from '../../src/tools/machine-configuration.js';
import { patchConfiguration } from '../../src/tools/patch-configuration.js';

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

  async function patched(version: string, ...patches: string[]): Promise<string> {
    const file = async (name: string, text: string): Promise<string> => {
      const at = path.join(folder, name);
      await writeFile(at, text, { mode: 0o600 });
      return at;
    };
    const files: string[] = [];
    for (const [at, text] of patches.entries()) files.push(await file(`patch-${at}`, text));
    const output = await file('output', '');
    const own = await file('own', configuration);
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
    60_000,
  );

  test('that cannot be merged are an error', async () => {
    await expect(patched('v1.13.9', 'machine: { nothing: of-the-kind }')).rejects.toThrow(/talosctl/);
  }, 60_000);
});

test('files of a machine configuration are those of its machine section, in whatever document', () => {
  const host = 'apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: w\n';
  expect(filesOf(`${host}---\n${configuration}`)).toEqual([{ path: '/var/a', content: 'one' }]);
  expect(filesOf(host)).toEqual([]);
  expect(filesOf('a: [')).toEqual([]);
});
