import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { packagedChromium } from './packaged-chromium.js';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** A Chromium that can be started. */
export interface ChromiumProgram {
  readonly executablePath: string;
  /** Its environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The inputs of `findChromium`. */
export interface ChromiumPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly packaged: () => Promise<ChromiumProgram>;
}

/**
 * The Chromium of this machine: the file in `SLIPWAY_CHROMIUM`, else one on PATH, else that of the npm package.
 * @throws Error that says what to type, if there is none.
 */
export async function findChromium(
  { env, packaged }: ChromiumPlaces = { env: process.env, packaged: packagedChromium },
): Promise<ChromiumProgram> {
  const named = env['SLIPWAY_CHROMIUM'];
  if (named) {
    if (isProgram(named)) return { executablePath: named };
    throw new Error(
      `SLIPWAY_CHROMIUM is ${named}, which is no executable file. Type: unset SLIPWAY_CHROMIUM`,
    );
  }
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(isProgram);
  return onPath === undefined ? packaged() : { executablePath: onPath };
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it headless, without any network requests of its own. */
export function startChromium({ executablePath, env = {} }: ChromiumProgram): Promise<Browser> {
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-gpu',
    '--disable-quic',
    '--disable-sync',
    '--no-first-run',
  ];
  return chromium.launch({
    executablePath,
    args: quiet,
    env: { ...process.env, ...env },
    // Chromium's sandbox fails for root and without user namespaces. It loads only pages from the test's own server.
    chromiumSandbox: false,
  });
}
