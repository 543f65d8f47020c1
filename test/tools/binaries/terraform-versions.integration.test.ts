import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { placesOf } from '../../../src/tools/binaries/find-binary.js';
import { resolveBinary } from '../../../src/tools/binaries/resolve-binary.js';
import { pathVariables, pinNamed, programNames, wanted } from '../../../src/tools/binaries/wanted.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-terraform-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'case-'));
  env = { PATH: path.join(folder, 'path'), XDG_CACHE_HOME: folder };
});

/** A program that reports to be this Terraform. */
function install(name: string, version: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\nprintf 'Terraform v%s\\non linux_amd64\\n' "${version}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const resolve = (version?: string) =>
  resolveBinary('terraform', {
    places: placesOf(env),
    fetch: false,
    ...(version === undefined ? {} : { version }),
  });

describe('on PATH', () => {
  test.each<[asked: string | undefined, there: string, fits: boolean]>([
    [undefined, '1.11.4', true],
    // The set-up's request: another patch would hide that the pinned one is missing.
    [undefined, '1.11.2', false],
    ['1.11', '1.11.0', true],
    ['1.11', '1.11.9', true],
    ['1.11', '1.11.0-rc1', false],
    ['1.11', '1.12.2', false],
    ['1.11.4', '1.11.4', true],
    ['1.11.4', '1.11.2', false],
    ['1.11.4', '1.11.4-dev', false],
    ['1.9.8', '1.9.8', true],
    ['1.9', '1.9.8', true],
  ])('asked for %s, %s fits: %j', async (asked, there, fits) => {
    const file = install('path/terraform', there);
    const found = await resolve(asked).catch(() => undefined);
    expect(found).toEqual(
      fits ? { name: 'terraform', path: file, version: there, source: 'path' } : undefined,
    );
  });

  test('each version may have its own name', async () => {
    const exact = install('path/terraform-1.9.8', '1.9.8');
    const minor = install('path/terraform-1.9', '1.9.5');
    const plain = install('path/terraform', '1.11.4');
    const found = await Promise.all(['1.9.8', '1.9', undefined].map((version) => resolve(version)));
    expect(found.map((one) => one.path)).toEqual([exact, minor, plain]);
    expect(programNames(wanted('terraform', '1.9.8'))).toEqual([
      'terraform-1.9.8',
      'terraform-v1.9.8',
      'terraform-1.9',
      'terraform-v1.9',
      'terraform',
    ]);
  });

  test('what a minor found is not taken for an exact version of it', async () => {
    install('path/terraform', '1.11.2');
    await resolve('1.11');
    await expect(resolve('1.11.4')).rejects.toThrow(/it is 1\.11\.2, wanted is 1\.11\.4/);
  });

  test('its version is read without a check for updates', async () => {
    const file = install('path/terraform', '1.11.4');
    writeFileSync(file, '#!/bin/sh\necho "Terraform v1.11.${CHECKPOINT_DISABLE:+4}"\n');
    await expect(resolve()).resolves.toMatchObject({ version: '1.11.4' });
  });
});

describe('named by a person', () => {
  test('each variable serves what its program reports, the narrowest first', async () => {
    env['SLIPWAY_BIN_TERRAFORM'] = install('any', '1.9.8');
    env['SLIPWAY_BIN_TERRAFORM_1_11'] = install('minor', '1.11.2');
    env['SLIPWAY_BIN_TERRAFORM_1_11_4'] = install('exact', '1.11.4');
    const asked = ['1.9', '1.9.8', '1.11', '1.11.2', '1.11.4', undefined];
    const found = await Promise.all(asked.map((version) => resolve(version)));
    expect(found.map((one) => path.basename(one.path))).toEqual([
      'any',
      'any',
      'minor',
      'minor',
      'exact',
      'exact',
    ]);
  });

  test('one of another version does not affect the others', async () => {
    env['SLIPWAY_BIN_TERRAFORM'] = install('mine', '1.11.2');
    const onPath = install('path/terraform', '1.11.4');
    expect((await resolve('1.11.4')).path).toBe(onPath);
    await expect(resolve('1.11.5')).rejects.toThrow(
      `named path: SLIPWAY_BIN_TERRAFORM=${folder}/mine is 1.11.2 and serves that version alone.`,
    );
  });

  test.each([
    ['SLIPWAY_BIN_TERRAFORM_1_11_4', '1.11.2'],
    ['SLIPWAY_BIN_TERRAFORM_1_11', '1.9.8'],
    ['SLIPWAY_BIN_TERRAFORM', ' of my own'],
  ])('%s that is %s is refused, and nothing else is taken', async (variable, version) => {
    install('path/terraform', '1.11.4');
    env[variable] = install('mine', version);
    await expect(resolve('1.11.4')).rejects.toThrow(/cannot be used: .*Name another, or unset/);
  });

  test('the variables differ by version', () => {
    const variables = pathVariables(wanted('tofu', '1.10.6')).map(({ variable }) => variable);
    expect(variables).toEqual(['SLIPWAY_BIN_TOFU_1_10_6', 'SLIPWAY_BIN_TOFU_1_10', 'SLIPWAY_BIN_TOFU']);
  });
});

test('a version that is not pinned is never downloaded: the error says what to do', async () => {
  const error: unknown = await resolveBinary('terraform', { places: placesOf(env), version: '1.9.8' }).catch(
    (reason: unknown) => reason,
  );
  expect((error as Error).message).toBe(
    [
      'terraform 1.9.8 is not here.',
      '  PATH: there is none.',
      'The set-up cannot get it: pinned is 1.11.4. Install terraform 1.9.8 as terraform-1.9.8 in a folder of PATH, or ' +
        'name the program yourself: SLIPWAY_BIN_TERRAFORM_1_9_8=/path/to/terraform.',
    ].join('\n'),
  );
  expect(existsSync(path.join(folder, 'slipway'))).toBe(false);
});

test.each([
  ['terraform', '1.11.4'],
  ['terraform-1.11', '1.11.4'],
  ['tofu', '1.12.6'],
  ['terraform-1.9', undefined],
])('the set-up knows %s as %s', (word, version) => {
  expect(pinNamed(word)?.version).toBe(version);
});

test.each(['1', 'v1.11', '1.11.x', 'latest', '1.11.4-dev'])('%s is no version to ask for', (version) => {
  expect(() => wanted('terraform', version)).toThrow(`terraform has no version "${version}"`);
});
