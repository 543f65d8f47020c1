import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupStopped } from './project.mjs';

/** The oldest Node all dependencies run on. */
const OLDEST_NODE = [20, 19];
const OLDEST_GO = [1, 26];

/**
 * Checks what a machine must have before anything else is useful. Reports all missing programs at once.
 * @throws {SetupStopped}
 */
export function checkPrerequisites() {
  const missing = [];
  if (process.platform !== 'linux') {
    missing.push(
      `Slipway's lab runs on Linux (loopback addresses, /proc, setpriv); this is ${process.platform}.`,
    );
  }
  if (isOlder(process.versions.node, OLDEST_NODE)) {
    missing.push(
      `Node ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node} (https://nodejs.org).`,
    );
  }
  if (!runs('git', ['--version'])) missing.push('git is not on PATH. Debian, Ubuntu: apt-get install git.');
  if (!isOnPath('npm')) missing.push('npm is not on PATH; it comes with Node.');
  if (!runs('setpriv', ['--pdeathsig', 'KILL', '--', 'true'])) {
    missing.push(
      'setpriv with --pdeathsig is not on PATH: every process is started through it, so that none outlives Slipway. ' +
        'It comes with util-linux 2.33 or later. Debian, Ubuntu: apt-get install util-linux.',
    );
  }
  if (!isOnPath('flock')) {
    missing.push(
      'flock is not on PATH: it keeps two set-ups of one folder apart. It comes with util-linux. Debian, Ubuntu: apt-get install util-linux.',
    );
  }
  if (missing.length > 0) throw new SetupStopped(missing.map((sentence) => `* ${sentence}`).join('\n'));
}

/**
 * A warning for a machine without Go, to be shown before minutes are spent; undefined when Go is there, or when everything is in the cache.
 * It is no error: missing programs may be on PATH or downloadable.
 * @param {readonly string[]} binaries
 * @returns {string | undefined}
 */
export function whyNothingCanBeBuilt(binaries) {
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'slipway', 'bin');
  if (binaries.every((name) => isCached(cache, name))) return undefined;
  const wanted = OLDEST_GO.join('.');
  const { stdout, error } = spawnSync('go', ['version'], { cwd: '/', encoding: 'utf8' });
  const advice = 'Programs that are not here yet must be downloaded.';
  if (error) return `There is no Go on PATH (${wanted} or later builds what cannot be downloaded). ${advice}`;
  const version = /\bgo(\d+\.\d+)/.exec(stdout)?.[1] ?? '0';
  return isOlder(version, OLDEST_GO)
    ? `Go ${version} is too old to build with (wanted is ${wanted}). ${advice}`
    : undefined;
}

/**
 * Whether any version of a program is cached; of `talosctl-1.13` any of that minor.
 * @param {string} cache
 * @param {string} name
 */
function isCached(cache, name) {
  const { program = name, minor } = /^(?<program>.+)-(?<minor>\d+\.\d+)$/.exec(name)?.groups ?? {};
  const folder = path.join(cache, program);
  if (!existsSync(folder)) return false;
  return minor === undefined || readdirSync(folder).some((version) => version.startsWith(`${minor}.`));
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * npm takes half a second to print its version, so this only searches PATH.
 * @param {string} command
 */
function isOnPath(command) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, command)));
}

/**
 * @param {string} version
 * @param {number[]} oldest
 */
function isOlder(version, oldest) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}
