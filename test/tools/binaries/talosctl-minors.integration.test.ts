import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { placesOf } from '../../../src/tools/binaries/find-binary.js';
import { judgeVersion } from '../../../src/tools/binaries/observe-version.js';
import { resolveBinary } from '../../../src/tools/binaries/resolve-binary.js';
import { pinNamed, programNames, setupName, wanted } from '../../../src/tools/binaries/wanted.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-minors-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'case-'));
  env = { PATH: path.join(folder, 'path'), XDG_CACHE_HOME: folder };
});

/** A program that reports to be this talosctl. */
function install(name: string, version: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nprintf 'Client:\\nTalos v%s\\n' "${version}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const resolve = (minor?: string) =>
  resolveBinary('talosctl', {
    places: placesOf(env),
    fetch: false,
    ...(minor === undefined ? {} : { version: minor }),
  });

describe('a talosctl fits', () => {
  const why = ': --no-reboot, which keeps the install and the reboot apart, came with it';
  test.each<[string, string, string | undefined]>([
    ['1.12', '1.12.1', undefined],
    ['1.12', '1.12.0', undefined],
    ['1.12', '1.12.9', undefined],
    ['1.12', '1.12.1-dirty', undefined],
    ['1.12', '1.12.0-beta.1', 'it is 1.12.0-beta.1, wanted is 1.12.0 or later'],
    ['1.12', '1.13.9', 'it is 1.13.9, wanted is 1.12'],
    ['1.13', '1.13.7', undefined],
    ['1.13', '1.13.12', undefined],
    ['1.13', '1.13.6', `it is 1.13.6, wanted is 1.13.7 or later${why}`],
    ['1.13', '1.13.0', `it is 1.13.0, wanted is 1.13.7 or later${why}`],
    ['1.13', '1.13.7-alpha.0', `it is 1.13.7-alpha.0, wanted is 1.13.7 or later${why}`],
    ['1.13', '1.12.9', 'it is 1.12.9, wanted is 1.13'],
    ['1.13', '2.13.9', 'it is 2.13.9, wanted is 1.13'],
    ['1.13', '1.130.9', 'it is 1.130.9, wanted is 1.13'],
    ['1.10', '1.10.0', undefined],
    ['1.14', '1.14.0-alpha.1', 'it is 1.14.0-alpha.1, wanted is 1.14.0 or later'],
  ])('a %s node: %s', (minor, version, misfit) => {
    expect(judgeVersion(`Client:\nTalos v${version}\n`, wanted('talosctl', minor))).toEqual({
      version,
      misfit,
    });
  });

  test('exactly, where we got it ourselves', () => {
    const { misfit } = judgeVersion('Talos v1.13.8\n', wanted('talosctl', '1.13'), 'exact');
    expect(misfit).toBe('it is 1.13.8, wanted is 1.13.9');
  });
});

describe('on PATH', () => {
  test.each(['talosctl', 'talosctl-1.13', 'talosctl-v1.13'])('it may be called %s', async (name) => {
    const file = install(`path/${name}`, '1.13.8');
    expect(await resolve('1.13')).toEqual({
      name: 'talosctl',
      path: file,
      version: '1.13.8',
      source: 'path',
    });
  });

  test('each minor has its own', async () => {
    const one = install('path/talosctl', '1.12.4');
    const other = install('path/talosctl-1.13', '1.13.9');
    const third = install('path/talosctl-v1.10', '1.10.8');
    const paths = await Promise.all([undefined, '1.12', '1.13', '1.10'].map((minor) => resolve(minor)));
    expect(paths.map((found) => found.path)).toEqual([one, one, other, third]);
  });

  test('one that does not fit is skipped for the next, each with its reason', async () => {
    const tooOld = install('path/talosctl-1.13', '1.13.6');
    const fits = install('path/talosctl', '1.13.7');
    expect((await resolve('1.13')).path).toBe(fits);
    const other = install('path/talosctl', '1.12.1');
    env['PATH'] += ':/nowhere';
    await expect(resolve('1.13')).rejects.toMatchObject({
      attempts: [
        { source: 'PATH', why: expect.stringContaining(`${tooOld} does not fit: it is 1.13.6`) },
        { source: 'PATH', why: `${other} does not fit: it is 1.12.1, wanted is 1.13` },
        { source: 'cache' },
      ],
    });
  });
});

describe('a path a person named', () => {
  test('without a minor serves the minor that its program reports', async () => {
    env['SLIPWAY_BIN_TALOSCTL'] = install('mine', '1.13.8');
    const installed = install('path/talosctl', '1.12.1');
    expect(await resolve('1.13')).toMatchObject({ path: path.join(folder, 'mine'), source: 'explicit' });
    expect(await resolve()).toMatchObject({ path: installed, source: 'path' });
    await expect(resolve('1.11')).rejects.toThrow(
      `named path: SLIPWAY_BIN_TALOSCTL=${folder}/mine is 1.13.8 and serves that minor alone.`,
    );
  });

  test('for a minor comes before the one without', async () => {
    env['SLIPWAY_BIN_TALOSCTL'] = install('any', '1.13.8');
    env['SLIPWAY_BIN_TALOSCTL_1_13'] = install('mine', '1.13.7');
    expect((await resolve('1.13')).path).toBe(path.join(folder, 'mine'));
  });

  test('may serve a minor that is not pinned', async () => {
    env['SLIPWAY_BIN_TALOSCTL_1_14'] = install('mine', '1.14.0');
    expect(await resolve('1.14')).toMatchObject({ path: path.join(folder, 'mine'), version: '1.14.0' });
  });

  test.each<[string, string, RegExp]>([
    [
      'SLIPWAY_BIN_TALOSCTL_1_13',
      '1.12.1',
      /cannot be used: it is 1\.12\.1, wanted is 1\.13\. Name another, or unset SLIPWAY_BIN_TALOSCTL_1_13\.$/,
    ],
    ['SLIPWAY_BIN_TALOSCTL_1_13', '1.13.6', /it is 1\.13\.6, wanted is 1\.13\.7 or later: --no-reboot/],
    ['SLIPWAY_BIN_TALOSCTL', '1.13.6', /it is 1\.13\.6, wanted is 1\.13\.7 or later: --no-reboot/],
    ['SLIPWAY_BIN_TALOSCTL_1_13', ' of my own', /cannot be used: its version cannot be read/],
    ['SLIPWAY_BIN_TALOSCTL', ' of my own', /cannot be used: its version cannot be read/],
  ])('as %s that is %s is refused, and nothing else is taken', async (variable, version, message) => {
    install('path/talosctl', '1.13.9');
    env[variable] = install('mine', version);
    await expect(resolve('1.13')).rejects.toThrow(message);
  });
});

test('a minor that is not pinned is never downloaded: the error says what to do', async () => {
  const error: unknown = await resolveBinary('talosctl', { places: placesOf(env), version: '1.10' }).catch(
    (reason: unknown) => reason,
  );
  expect((error as Error).message).toBe(
    [
      'talosctl 1.10 is not here.',
      '  PATH: there is none.',
      'The set-up cannot get it: pinned is 1.12.1, 1.13.9, 1.11.5. Install talosctl 1.10 as talosctl-1.10 in a folder ' +
        'of PATH, or name the program yourself: SLIPWAY_BIN_TALOSCTL_1_10=/path/to/talosctl.',
    ].join('\n'),
  );
});

test('a pinned minor that is missing is named as the set-up calls it', async () => {
  await expect(resolve('1.13')).rejects.toThrow(
    'Type: npm run setup -- talosctl-1.13, or name the program yourself: SLIPWAY_BIN_TALOSCTL_1_13=/path',
  );
});

test.each([
  ['talosctl', '1.12.1'],
  ['talosctl-1.12', '1.12.1'],
  ['talosctl-1.13', '1.13.9'],
  ['talosctl-1.11', '1.11.5'],
  ['kubectl', '1.35.4'],
  ['talosctl-1.10', undefined],
  ['kubectl-1.35', undefined],
  ['talos', undefined],
])('the set-up knows %s as %s', (word, version) => {
  expect(pinNamed(word)?.version).toBe(version);
});

test('the first pin is the one without a minor in its name', () => {
  const names = ['1.11', '1.12', '1.13'].map((minor) => pinNamed(`talosctl-${minor}`));
  expect(names.map((pin) => pin && setupName(pin))).toEqual(['talosctl-1.11', 'talosctl', 'talosctl-1.13']);
  expect(programNames(wanted('kubectl'))).toEqual(['kubectl']);
});

test.each([
  ['talosctl', 'v1.13'],
  ['talosctl', '1.13.9'],
  ['kubectl', '1.34'],
] as const)('%s has no %s', (name, minor) => {
  expect(() => wanted(name, minor)).toThrow(`${name} has no version "${minor}" to ask for: pinned is`);
});
