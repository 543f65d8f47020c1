import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfStopped } from './child.mjs';
import { say } from './project.mjs';

const POLL_MS = 200;
/** Another process holds it; on a busy machine flock may take that long to start. */
const TELL_AFTER_MS = 1_000;

/**
 * Runs a function that two set-ups of one clone must not run at once. The kernel holds the lock: it is released with its owner, however
 * that ends.
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
 * `flock` starts cat once it has the lock, and cat echoes its input: then the lock is ours. It ends with its input, so at the latest with
 * this process. Ctrl-C does not affect it: work in progress ends first.
 * @param {string} file
 * @returns {Promise<() => Promise<void>>} Releases the lock.
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
  let isReported = false;
  while ((await Promise.race([held, sleep(POLL_MS)])) !== true) {
    try {
      throwIfStopped();
    } catch (error) {
      holder.kill('SIGKILL');
      await gone;
      throw error;
    }
    const owner = readFileSync(file, 'utf8').trim();
    if (isReported || owner === '' || Date.now() - began < TELL_AFTER_MS) continue;
    say(`Waiting for another set-up of this folder (process ${owner}).`);
    isReported = true;
  }
  writeFileSync(file, `${process.pid}\n`);
  return async () => {
    writeFileSync(file, '');
    holder.stdin.end();
    await gone;
  };
}
