import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { excerpt, runChild, runStep, throwIfStopped } from './child.mjs';
import { inProject, say, SetupStopped } from './project.mjs';

const STAMP = 'node_modules/.slipway-packages';
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @typedef {Record<string, LockedPackage>} Packages By folder; the empty name is the project itself.
 */

/**
 * Makes node_modules match package-lock.json. A correct folder is left alone, whoever filled it; one whose install was killed has no list
 * of its own yet and is filled again.
 * @throws {SetupStopped}
 */
export async function ensurePackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(inProject('package-lock.json')))
    .digest('hex');
  const difference = differenceFromLock();
  if (difference === undefined && read(STAMP) === wanted) return;
  if (difference !== undefined) {
    assertLockIsCurrent();
    say('npm packages: npm ci (usually 30 s)');
    await install();
    const left = differenceFromLock();
    if (left !== undefined) throw new SetupStopped(`npm packages: after the installation ${left}.`);
  }
  writeFileSync(inProject(STAMP), wanted);
}

/**
 * npm 11 rejects a lock file that does not name the packages of every other operating system. Where the registry does not have all of
 * those, no lock file can name them. Then `npm install` installs the content of the lock file, takes the same versions from it and leaves
 * it unchanged; the caller compares the result.
 */
async function install() {
  const { code, output } = await runChild('npm', ['ci', ...QUIET], { collect: true });
  throwIfStopped();
  if (code === 0) return;
  const onlyMissing =
    output.includes('EUSAGE') && output.includes('Missing: ') && !output.includes('Invalid: ');
  if (!onlyMissing) throw new SetupStopped(`npm ci failed (exit code ${code}):\n${excerpt(output)}`);
  say(
    'npm packages: npm ci misses packages for other systems in package-lock.json; installing those for this one',
  );
  rmSync(inProject('node_modules'), { recursive: true, force: true });
  await runStep('npm install', 'npm', ['install', '--no-save', ...QUIET]);
}

/** Before npm can silently choose its own versions: every dependency of package.json must be in the lock file. */
function assertLockIsCurrent() {
  const own = /** @type {LockedPackage} */ (JSON.parse(readFileSync(inProject('package.json'), 'utf8')));
  const locked = packagesIn('package-lock.json')?.[''];
  for (const kind of /** @type {const} */ (['dependencies', 'devDependencies'])) {
    const names = Object.keys({ ...own[kind], ...locked?.[kind] });
    const different = names.filter((name) => own[kind]?.[name] !== locked?.[kind]?.[name]);
    if (different.length === 0) continue;
    throw new SetupStopped(
      `package.json and package-lock.json disagree about ${different.join(', ')}. Type: npm install, and commit both.`,
    );
  }
}

/**
 * The first difference between node_modules and the lock file, as words that follow "after the installation"; packages for other systems
 * may be missing.
 * @returns {string | undefined}
 */
function differenceFromLock() {
  const installed = packagesIn('node_modules/.package-lock.json');
  const locked = packagesIn('package-lock.json');
  if (!locked) return 'package-lock.json cannot be read';
  if (!installed) return 'node_modules has no list of what is in it';
  for (const [folder, { version, optional }] of Object.entries(locked)) {
    if (folder === '') continue;
    const found = installed[folder];
    if (!found && optional === true) continue;
    if (!found || !existsSync(inProject(folder))) return `${folder} is missing`;
    if (found.version !== version) return `${folder} is ${found.version}, locked is ${version}`;
  }
  const unlocked = Object.keys(installed).find((folder) => !Object.hasOwn(locked, folder));
  return unlocked === undefined ? undefined : `${unlocked} is there, which package-lock.json does not name`;
}

/**
 * @param {string} file
 * @returns {Packages | undefined}
 */
function packagesIn(file) {
  try {
    const lock = /** @type {{ packages: Packages }} */ (JSON.parse(readFileSync(inProject(file), 'utf8')));
    return lock.packages;
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(inProject(file), 'utf8');
  } catch {
    return undefined;
  }
}
