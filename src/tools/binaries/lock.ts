import { existsSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isRunning, ownIdentity } from '../process-identity.js';

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
/** The owner touches its lock this often … */
const TOUCH_MS = 10_000;
/** … and on another machine, whose processes we cannot see, it counts as dead when it has not for so long. */
const SILENT_MS = 90_000;

/**
 * Does something while holding a lock file, so that two set-ups share the work instead of doing it twice.
 *
 * The file names its owner's process and start time: the lock of a process that died is recognised and taken over.
 * It is an economy, no promise: what it protects is put in place by atomic renames and stays right even when two
 * hold it.
 *
 * @throws when the wait is over, with the owner's name; the signal's reason when it aborts.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const owner: LockOwner = { host: os.hostname(), ...ownIdentity(), what: options.what };
  await acquire(file, owner, options);
  const touching = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    if (isSame(await readOwner(file), owner)) await rm(file, { force: true });
  }
}

async function acquire(file: string, owner: LockOwner, options: LockOptions): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const end = Date.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let told = false;
  while (existsSync(file) || !(await create(file, owner))) {
    const holder = await readOwner(file);
    if (holder === undefined || (await isDead(file, holder))) {
      await takeAway(file, holder);
      continue;
    }
    if (!told) options.onWait?.(holder);
    told = true;
    if (Date.now() > end) {
      throw new Error(
        `Process ${holder.pid} on ${holder.host} has been ${holder.what} for too long. ` +
          `If it hangs, end it and start again; if there is no such process, remove ${file}.`,
      );
    }
    options.signal?.throwIfAborted();
    await sleep(POLL_MS);
  }
}

/** Creates the lock with its content in one step: nobody ever reads half of it. */
async function create(file: string, owner: LockOwner): Promise<boolean> {
  const temporary = `${file}.${owner.host}.${owner.pid}.${uniqueNumber()}`;
  await writeFile(temporary, JSON.stringify(owner));
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes the lock of a dead owner. Two may try at once, so it is moved aside and looked at first. */
async function takeAway(file: string, dead: LockOwner | undefined): Promise<void> {
  const aside = `${file}.stale.${process.pid}.${uniqueNumber()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await readOwner(aside);
  const tookALiveOne = moved !== undefined && !(dead !== undefined && isSame(moved, dead));
  if (tookALiveOne) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isDead(file: string, holder: LockOwner): Promise<boolean> {
  if (holder.host === os.hostname()) return !isRunning(holder);
  const touched = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - touched > SILENT_MS;
}

/** undefined when there is no lock, or none that can be read (written by hand, or by a broken disk). */
async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    return ownerSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function isSame(a: LockOwner | undefined, b: LockOwner): boolean {
  return a?.host === b.host && a.pid === b.pid && a.startTime === b.startTime && a.what === b.what;
}

let last = 0;
function uniqueNumber(): number {
  last += 1;
  return last;
}
