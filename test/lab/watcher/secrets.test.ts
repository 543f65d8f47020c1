import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Exposures } from '../../../lab/watcher/sources/exposures.js';
import { secretOf, secretOfPem, secretsIn } from '../../../lab/watcher/sources/secrets.js';

const KEY_LINE = 'MC4CAQAwBQYDK2VwBCIEIFB1dCBub3RoaW5nIGluIGhlcmUgcGxlYXNlISEh';
const PEM = `-----BEGIN PRIVATE KEY-----\n${KEY_LINE}\n-----END PRIVATE KEY-----\n`;
const base64 = (words: string): string => Buffer.from(words).toString('base64');

describe('finding a secret', () => {
  const secret = secretOf('planted', 'hunter2 hunter2 "ü"');

  it.each([
    ['as it is', 'x hunter2 hunter2 "ü" y'],
    ['as JSON writes it', JSON.stringify({ password: 'hunter2 hunter2 "ü"' })],
    ...[0, 1, 2, 3].map((before): [string, string] => [
      `in base64, ${before} characters into a longer text`,
      base64(`${'-'.repeat(before)}hunter2 hunter2 "ü" and on`),
    ]),
    [
      'in base64 for addresses',
      base64('>>>hunter2 hunter2 "ü"???').replaceAll('+', '-').replaceAll('/', '_'),
    ],
  ])('%s', (_title, words) => {
    expect(secretsIn(words, [secret])).toEqual(['planted']);
  });

  it('does not find what is only like it', () => {
    expect(secretsIn('hunter2 hunter3 "ü"', [secret])).toEqual([]);
  });

  it.each([
    ['the whole key', PEM],
    ['the key in base64, as a talosconfig has it', `key: ${base64(PEM)}`],
    ['its body alone', KEY_LINE],
    ['the key in a JSON payload', JSON.stringify({ kubeconfig: PEM })],
  ])('finds a private key in %s', (_title, words) => {
    expect(secretsIn(words, [secretOfPem('key', PEM)])).toEqual(['key']);
  });

  it('refuses one that is found by chance', () => {
    expect(() => secretOf('planted', 'short')).toThrow('found by chance');
  });
});

describe('looking for secrets', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'watcher-secrets-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('finds them in files, each once for each place, and counts what it read', async () => {
    const exposures = new Exposures([secretOf('planted', 'correct horse battery')], async () => undefined);
    const file = path.join(folder, 'worker.log');
    await writeFile(file, `said ${base64('correct horse battery')}`);
    await writeFile(path.join(folder, 'other.log'), 'said nothing');
    await exposures.lookInFiles([folder, path.join(folder, 'not-there')]);
    await exposures.lookInFiles([file]);
    expect(exposures.found).toEqual([{ at: expect.any(Number), secret: 'planted', where: file }]);
    expect(exposures.searched).toMatchObject({ secrets: 1, files: 3 });
  });

  it('finds them in the arguments of running processes', async () => {
    const own = readFileSync('/proc/self/cmdline', 'utf8').split('\0');
    const [longest = ''] = own.toSorted((a, b) => b.length - a.length);
    const exposures = new Exposures([secretOf('planted', longest)], async () => undefined);
    await exposures.lookAtProcesses();
    const places = exposures.found.map(({ where }) => where);
    expect(places).toContainEqual(expect.stringContaining(`arguments of process ${process.pid} (`));
  });
});
