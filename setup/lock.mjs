import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfStopped } from './child.mjs';
import { say } from './project.mjs';

const POLL_MS = 200;
/** Somebody has it; a machine that is busy may take that long to start flock. */
const TELL_AFTER_MS = 1_000;

/**
 * Does something that two set-ups of one clone must not do at once. The kernel holds the lock: it goes away with its owner,
 * however that ends.
 * @template T
 * @param {string} file Stays there; names the process that has the lock.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  const release = await taken(file);
  try {
    return await work();
  } finally {
    await release();
  }
}

/**
 * `flock` starts cat once the lock is its own, and cat gives back what it was given: then the lock is ours. It ends with its input,
 * so with this process at the latest. Ctrl-C is no concern of it: what is under way ends first.
 * @param {string} file
 * @returns {Promise<() => Promise<void>>} What gives the lock back.
 */
async function taken(file) {
  const holder = spawn('flock', ['--no-fork', file, 'cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const gone = new Promise((resolve) => holder.once('close', resolve));
  const held = new Promise((resolve, reject) => {
    holder.stdout.once('data', () => resolve(true));
    holder.once('error', reject);
    holder.once('close', (code) =>
      reject(new Error(`flock ended (exit code ${code}) before ${file} was locked`)),
    );
  });
  held.catch(() => undefined);
  holder.stdin.on('error', () => undefined);
  holder.stdin.write('.');
  const began = Date.now();
  let told = false;
  while ((await Promise.race([held, sleep(POLL_MS)])) !== true) {
    try {
      throwIfStopped();
    } catch (error) {
      holder.kill('SIGKILL');
      await gone;
      throw error;
    }
    const owner = readFileSync(file, 'utf8').trim();
    if (told || owner === '' || Date.now() - began < TELL_AFTER_MS) continue;
    say(`Waiting for another set-up of this folder (process ${owner}).`);
    told = true;
  }
  writeFileSync(file, `${process.pid}\n`);
  return async () => {
    writeFileSync(file, '');
    holder.stdin.end();
    await gone;
  };
}
