import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/tools/binaries/cache.js';
import { withLock } from '../../src/tools/binaries/lock.js';

/** The newest when this was written, and a Node.js that it takes: newer than the one this project asks for. */
const versions = { renovate: '44.121.2', node: '24.21.0' };

/** Where both are. */
export interface Renovate {
  readonly node: string;
  /** The folder of the package. */
  readonly folder: string;
}

/**
 * Renovate as npm gives it: half a gigabyte, so it is no dependency of this project, and stays in Slipway's cache between tests.
 *
 * Without its optional parts: RE2 among them, which is compiled; Renovate then uses the engine of JavaScript, and says so.
 */
export async function installRenovate(): Promise<Renovate> {
  const place = path.join(cacheFolder(), `renovate-${versions.renovate}-node-${versions.node}`);
  await withLock(`${place}.lock`, { what: 'installing Renovate' }, async () => {
    if (existsSync(place)) return;
    await mkdir(path.dirname(place), { recursive: true });
    const made = await mkdtemp(`${place}.new-`);
    try {
      // Each automatically: node's package gets its program by a script, and none of Renovate's need run.
      await npmInstall(path.join(made, 'node'), [`node@${versions.node}`]);
      await npmInstall(path.join(made, 'renovate'), [
        `renovate@${versions.renovate}`,
        '--omit=optional',
        '--ignore-scripts',
      ]);
      await rename(made, place);
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  });
  return {
    node: path.join(place, 'node/node_modules/node/bin/node'),
    folder: path.join(place, 'renovate/node_modules/renovate'),
  };
}

async function npmInstall(folder: string, args: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--engine-strict=false', '--loglevel=error'];
  await promisify(execFile)('npm', ['install', ...quiet, ...args], { cwd: folder });
}
