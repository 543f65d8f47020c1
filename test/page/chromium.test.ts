import { describe, expect, test } from '@jest/globals';
import { findChromium } from './chromium.js';
import { packagedChromium, type PackagePlaces } from './packaged-chromium.js';

const fromPackage = { executablePath: '/cache/chromium', env: { LD_LIBRARY_PATH: '/cache/lib' } };
const packaged = () => Promise.resolve(fromPackage);
/** A program that exists on every machine that runs tests. */
const program = process.execPath;

describe('the Chromium that shows the page in tests', () => {
  test('is the one in SLIPWAY_CHROMIUM', async () => {
    const env = { SLIPWAY_CHROMIUM: program, PATH: '' };
    expect(await findChromium({ env, packaged })).toEqual({ executablePath: program });
  });

  test('is that of the npm package where PATH has none', async () =>
    expect(await findChromium({ env: { PATH: '/nowhere' }, packaged })).toBe(fromPackage));

  test('is never another one than SLIPWAY_CHROMIUM names', async () => {
    const env = { SLIPWAY_CHROMIUM: '/nowhere/chromium', PATH: '' };
    await expect(findChromium({ env, packaged })).rejects.toThrow(
      'SLIPWAY_CHROMIUM is /nowhere/chromium, which is no executable file. Type: unset SLIPWAY_CHROMIUM',
    );
  });
});

describe('the Chromium of the npm package', () => {
  const places: PackagePlaces = { packageFile: '/nowhere/package.json', cache: '/nowhere', processor: 'x64' };

  test('says what to type where the package is missing', () =>
    expect(packagedChromium(places)).rejects.toThrow(
      /@sparticuz\/chromium is missing\. Type: npm run setup/,
    ));

  test('says what to type on a processor that it has no Chromium for', () =>
    expect(packagedChromium({ ...places, processor: 'arm64' })).rejects.toThrow(
      /none for arm64\. Type: apt-get install chromium as root, or SLIPWAY_CHROMIUM=FILE npm test/,
    ));
});
