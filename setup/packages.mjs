import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runStep } from './child.mjs';
import { inProject, say } from './project.mjs';

const STAMP = 'node_modules/.slipway-packages';

/**
 * Makes node_modules what package-lock.json says, by `npm ci`. A folder that is right already is left alone, whoever
 * filled it. One that `npm ci` was killed in has no list of its own yet and is filled again.
 */
export async function ensurePackages() {
  const wanted = hashOf('package-lock.json');
  const all = existsSync(inProject('node_modules')) && isComplete();
  if (all && read(STAMP) === wanted) return;
  if (!all) {
    say('npm packages: npm ci (usually 30 s)');
    await runStep('npm ci', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  writeFileSync(inProject(STAMP), wanted);
}

/** True when every package of the lock file is installed at its version; those for other systems may be missing. */
function isComplete() {
  const installed = packagesIn('node_modules/.package-lock.json');
  const locked = packagesIn('package-lock.json');
  if (!installed || !locked) return false;
  return Object.entries(locked).every(([folder, { version, optional }]) => {
    if (folder === '' || !folder.includes('node_modules/')) return true;
    const found = installed[folder];
    if (!found) return optional === true;
    return found.version === version && existsSync(inProject(folder));
  });
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function packagesIn(file) {
  try {
    const lock = /** @type {{ packages: ReturnType<typeof packagesIn> }} */ (
      JSON.parse(readFileSync(inProject(file), 'utf8'))
    );
    return lock.packages;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function hashOf(file) {
  return createHash('sha256')
    .update(readFileSync(inProject(file)))
    .digest('hex');
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(inProject(file), 'utf8');
  } catch {
    return undefined;
  }
}
