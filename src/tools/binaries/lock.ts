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
  /** What the owner is doing, for the sentence of those who wait. */
  readonly what: string;
  /** Longest wait in milliseconds. Default one hour: longer than the slowest build. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once when somebody else holds it. */
  readonly onWait?: (owner: LockOwner) => void;
}

const DEFAULT_TIMEOUT_MS = 60 * 60_000;
const POLL_MS = 200;
/** One question to the kernel, by a process that ends at once. */
const ASK_MS = 20_000;
/** With this exit code flock says that somebody else has it. */
const HELD_BY_ANOTHER = 75;

/**
 * Does something while holding a lock, so that two set-ups share the work instead of doing it twice.
 *
 * The kernel holds it, on a file that this process has open: it goes away with this process, however that ends, and never before.
 * What stands in the file names its owner to those who wait, and decides nothing.
 *
 * @throws when the wait is over, with the owner's name; the signal's reason when it aborts.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const held = await acquire(file, options);
  try {
    return await work();
  } finally {
    // While it is ours: whoever opened this one before sees that it is gone, and opens the next.
    if (await isStillAt(file, held)) await rm(file, { force: true });
    await held.close();
  }
}

async function acquire(file: string, options: LockOptions): Promise<FileHandle> {
  await mkdir(path.dirname(file), { recursive: true });
  const end = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let told = false;
  for (;;) {
    const held = await tryOnce(file, options.what);
    if (held) return held;
    const owner = await readOwner(file);
    if (owner && !told) {
      told = true;
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

/** The open file while the lock is ours; undefined: somebody else has it. */
async function tryOnce(file: string, what: string): Promise<FileHandle | undefined> {
  const opened = await open(file, 'a');
  let ours = false;
  try {
    // The lock is of the open file, which flock shares with us: it stays when flock has ended.
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

/** Whether those who come now open the same file: its owner before removed it when it was through. */
async function isStillAt(file: string, opened: FileHandle): Promise<boolean> {
  const mine = await opened.stat({ bigint: true });
  const there = await stat(file, { bigint: true }).catch(() => undefined);
  return there?.ino === mine.ino && there.dev === mine.dev;
}

/** Who says to have it; undefined when that is nobody who lives: its name is not written yet. */
async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    const owner = ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return owner.host !== os.hostname() || isRunning(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}
