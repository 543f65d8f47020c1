import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRunning, ownIdentity, type ProcessIdentity } from '../../src/tools/process-identity.js';

/** A /16 of this machine's loopback network that belongs to one lab. */
export interface Loopback {
  /** Its first two numbers: `127.77`. */
  readonly prefix: string;
  /** Releases it. */
  release(): void;
}

const FIRST = 64;
const LAST = 127;

/** The folder of the lock files: one per machine, because all its users share loopback. */
const LOCKS = '/tmp/slipway-lab-loopback';

/**
 * Takes the first 127.L.0.0/16 (L in 64..127) that no living lab holds. A lock file names its holder; a lock whose owner is dead (by pid
 * and start time) is free.
 *
 * @throws when all 64 are held by living labs
 */
export function takeLoopback(directory = LOCKS): Loopback {
  makeLockDirectory(directory);
  const own = JSON.stringify(ownIdentity());
  for (let number = FIRST; number <= LAST; number += 1) {
    const file = path.join(directory, `127.${number}.lock`);
    if (claim(file, own) || (takeAway(file) && claim(file, own))) {
      return { prefix: `127.${number}`, release: () => release(file, own) };
    }
  }
  throw new Error(
    `All loopback networks 127.${FIRST} to 127.${LAST} are taken by running labs (see ${directory}). Stop one.`,
  );
}

/** Writable for every user, who may remove only their own files: the sticky bit. */
function makeLockDirectory(directory: string): void {
  if (mkdirSync(directory, { recursive: true }) !== undefined) chmodSync(directory, 0o1777);
}

/** Creates the lock file with its content in one step: no reader sees it empty. */
function claim(file: string, content: string): boolean {
  const mine = `${file}.${process.pid}.mine`;
  writeFileSync(mine, content, { mode: 0o644 });
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Removes a dead owner's lock. Two labs may see the same dead lock: each moves the file aside and checks what it really moved, so that a
 * lock that was taken in between returns to its living owner.
 */
function takeAway(file: string): boolean {
  if (ownerLives(file) !== false) return false;
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    // Gone: another lab was faster, and claiming decides. Not permitted: it is another user's, who alone may remove it.
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
  try {
    if (ownerLives(aside) !== false) linkSync(aside, file);
  } catch {
    // The lock was claimed meanwhile; its new owner keeps it. (With three labs within microseconds, the ports decide.)
  } finally {
    rmSync(aside, { force: true });
  }
  return true;
}

function ownerLives(file: string): boolean | undefined {
  try {
    return isRunning(JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : false;
  }
}

function release(file: string, own: string): void {
  try {
    if (readFileSync(file, 'utf8') === own) rmSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
