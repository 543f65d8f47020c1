import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCredential } from '../../src/tools/credentials.js';
import { Refusal } from '../../src/tools/refusal.js';

const variable = 'SLIPWAY_TEST_CREDENTIAL';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'credentials-'));
});

afterEach(async () => {
  delete process.env[variable];
  await rm(folder, { recursive: true, force: true });
});

describe('readCredential', () => {
  it('reads a file relative to the folder of slipway.yaml and answers where it is', async () => {
    await writeFile(path.join(folder, 'talosconfig'), 'context: a\n');
    const credential = await readCredential('talosconfig (reader)', { file: 'talosconfig' }, folder);
    expect(credential).toEqual({ text: 'context: a\n', file: path.join(folder, 'talosconfig') });
  });

  it('reads an environment variable as it is', async () => {
    process.env[variable] = 'apiVersion: v1';
    const credential = await readCredential('kubeconfig', { env: variable, encoding: 'plain' }, folder);
    expect(credential).toEqual({ text: 'apiVersion: v1', file: undefined });
  });

  it('decodes base64, wrapped lines and all', async () => {
    process.env[variable] = Buffer.from('apiVersion: v1\nkind: Config\n')
      .toString('base64')
      .replace(/(.{8})/g, '$1\n');
    const credential = await readCredential('kubeconfig', { env: variable, encoding: 'base64' }, folder);
    expect(credential.text).toBe('apiVersion: v1\nkind: Config\n');
  });

  const unreadable = [
    ['a file that is not there', { file: 'nowhere' }, /ENOENT/],
    [
      'a variable that is not set',
      { env: variable, encoding: 'plain' },
      /SLIPWAY_TEST_CREDENTIAL is not set/,
    ],
  ] as const;
  it.each(unreadable)('refuses %s, with the reference and the reason', async (_case, reference, why) => {
    const failure = await readCredential('kubeconfig', reference, folder).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Refusal);
    expect((failure as Refusal).reason).toMatchObject({ kind: 'credential-unreadable', which: 'kubeconfig' });
    expect(JSON.stringify((failure as Refusal).reason)).toMatch(why);
  });

  it('never repeats the value in its refusal', async () => {
    process.env[variable] = 'not!base64!secret';
    const failure = await readCredential('kubeconfig', { env: variable, encoding: 'base64' }, folder).catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify((failure as Refusal).reason)).not.toContain('secret');
  });

  it('refuses an empty credential', async () => {
    await writeFile(path.join(folder, 'empty'), '\n');
    await expect(readCredential('kubeconfig', { file: 'empty' }, folder)).rejects.toMatchObject({
      reason: { why: 'it is empty' },
    });
  });
});
