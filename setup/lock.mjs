import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfStopped } from './child.mjs';
import { say } from './project.mjs';

const POLL_MS = 200;

/**
 * Does something that two set-ups of one clone must not do at once. The lock names its owner's process and start
 * time; one whose owner is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) });
  const temporary = `${file}.${process.pid}`;
  let told = false;
  for (;;) {
    throwIfStopped();
    const owner = ownerOf(file);
    if (owner === undefined) {
      rmSync(file, { force: true });
      writeFileSync(temporary, own);
      try {
        linkSync(temporary, file);
        break;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      } finally {
        rmSync(temporary, { force: true });
      }
    } else {
      if (!told) say(`Waiting for another set-up of this folder (process ${owner}).`);
      told = true;
      await sleep(POLL_MS);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * The process that holds the lock, or undefined when nobody does who still lives.
 * @param {string} file
 * @returns {number | undefined}
 */
function ownerOf(file) {
  try {
    const owner = /** @type {{ pid: number, startTime: string }} */ (JSON.parse(readFileSync(file, 'utf8')));
    const { pid, startTime } = owner;
    return startTimeOf(pid) === startTime ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Clock ticks since the machine booted: field 22 of /proc/<pid>/stat. Tells a process from a later one of its number.
 * @param {number} pid
 * @returns {string | undefined}
 */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
