import { mkdir, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isRunning, ownIdentity } from '../process-identity.js';
import { runCommand } from '../run-command.js';

const ownerSchema = z.object({ host: z.string(), pid: z.number(), startTime: z.string(), what: z.string() });

/** Who holds a lock. */
export type LockOwner = z.infer<typeof ownerSchema>;

export interface LockOptions {
  /** What the owner is doing, for the message to waiting processes. */
  readonly what: string;
  /** Longest wait in milliseconds. Default one hour: longer than the slowest build. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  readonly onWait?: (owner: LockOwner) => void;
}

const DEFAULT_TIMEOUT_MS = 60 * 60_000;
const POLL_MS = 200;
/** Asks the kernel for the lock through a process that ends at once. */
const ASK_MS = 20_000;
/** The exit code with which flock reports that another process holds the lock. */
const HELD_BY_ANOTHER = 75;

/**
 * Runs a function while holding a lock, so that two set-ups share work instead of doing it twice.
 *
 * The kernel holds the lock on a file that this process has open, and releases it when this process ends, however it ends. The text in the
 * file only names the owner to waiting processes.
 *
 * @throws with the owner's name when the wait times out; the signal's reason when it aborts.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const held = await acquire(file, options);
  try {
    return await work();
  } finally {
    // Removed while the lock is ours: whoever opened this file before sees that it is gone, and opens the next one.
    if (await isStillAt(file, held)) await rm(file, { force: true });
    await held.close();
  }
}

async function acquire(file: string, options: LockOptions): Promise<FileHandle> {
  await mkdir(path.dirname(file), { recursive: true });
  const end = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let isReported = false;
  for (;;) {
    const held = await tryOnce(file, options.what);
    if (held) return held;
    const owner = await readOwner(file);
    if (owner && !isReported) {
      isReported = true;
      options.onWait?.(owner);
    }
    if (Date.now() > end) {
      const who = owner
        ? `Process ${owner.pid} on ${owner.host} has been ${owner.what}`
        : `Another process has held ${file}`;
      throw new Error(`${who} for too long. If it hangs, end it and start again.`);
    }
    options.signal?.throwIfAborted();
    await sleep(POLL_MS);
  }
}

/** The open file while the lock is ours; undefined: another process holds it. */
async function tryOnce(file: string, what: string): Promise<FileHandle | undefined> {
  const opened = await open(file, 'a');
  let ours = false;
  try {
    // The lock belongs to the open file, which flock shares with this process: it stays when flock ends.
    const { exitCode } = await runCommand({
      command: 'flock',
      args: ['--exclusive', '--nonblock', '--conflict-exit-code', String(HELD_BY_ANOTHER), '0'],
      stdinDescriptor: opened.fd,
      acceptExitCodes: [0, HELD_BY_ANOTHER],
      timeoutMs: ASK_MS,
    });
    if (exitCode !== 0 || !(await isStillAt(file, opened))) return undefined;
    await opened.truncate();
    const owner: LockOwner = { host: os.hostname(), ...ownIdentity(), what };
    await opened.writeFile(JSON.stringify(owner));
    ours = true;
    return opened;
  } finally {
    if (!ours) await opened.close();
  }
}

/** Whether later processes open the same file: its previous owner may have removed it on release. */
async function isStillAt(file: string, opened: FileHandle): Promise<boolean> {
  const mine = await opened.stat({ bigint: true });
  const there = await stat(file, { bigint: true }).catch(() => undefined);
  return there?.ino === mine.ino && there.dev === mine.dev;
}

/** The owner named in the file; undefined when that process is dead, or has not written its name yet. */
async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    const owner = ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return owner.host !== os.hostname() || isRunning(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}
