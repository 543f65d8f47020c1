import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { identifyChild, type ProcessIdentity } from '../process-identity.js';
import { lifeOf, placeHere } from '../process-place.js';
import { seenEveryMs, type RecordedRun } from './lock-owner.js';

const schema = z.object({
  /** Which state: see `RootIdentity`. */
  root: z.string(),
  pid: z.int(),
  startTime: z.string(),
  /** See `ProcessPlace`. */
  boot: z.string(),
  home: z.string(),
  who: z.string(),
  version: z.string(),
  operation: z.enum(['plan', 'apply']),
  startedAt: z.number(),
  /** Its working folder: a state that it could not write to the backend is there. */
  folder: z.string(),
  lockId: z.string().optional(),
});
type Content = z.infer<typeof schema>;

/** A record on disk. */
export interface KeptRun extends RecordedRun {
  readonly root: string;
  readonly folder: string;
  readonly file: string;
}

/** The record of a running Terraform. */
export interface OpenRun {
  readonly identity: ProcessIdentity;
  /** The lock it holds at this moment. */
  holds(lockId: string): void;
  /** Called when it has exited; `clean`: on its own, and with its lock released. Otherwise the record stays, to show who owns the lock. */
  over(clean: boolean): void;
}

/** Older records are useless: a lock so old needs a person. */
const keptMs = 30 * 24 * 60 * 60_000;

/**
 * The Terraforms that Slipway started and that did not end cleanly, one file each. The files outlive their worker: they show who owns a
 * leftover lock, and where a state is that the backend rejected. Where machines or containers share the folder, some records are of another
 * place than this.
 */
export class RunRecords {
  constructor(private readonly folder: string = defaultFolder()) {}

  /** Records a process that was just started. The record is written before the process can have a lock. */
  async prepare(): Promise<
    (pid: number, about: Omit<Content, 'pid' | 'startTime' | 'boot' | 'home' | 'who'>) => OpenRun
  > {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    return (pid, about) => {
      // One that ends at once may still have left a lock.
      const identity = identifyChild(pid);
      if (!identity) throw new Error(`process ${pid} was not started by this process`);
      const place = placeHere();
      let content: Content = { ...about, ...identity, ...place, who: whoHere() };
      const file = path.join(this.folder, `${identity.pid}-${identity.startTime}-${place.home}.json`);
      write(file, content);
      const touching = setInterval(() => touch(file), seenEveryMs);
      return {
        identity,
        holds: (lockId) => write(file, (content = { ...content, lockId })),
        over: (clean) => {
          clearInterval(touching);
          if (clean) rmSync(file, { force: true });
        },
      };
    };
  }

  /** The runs on one state that did not end cleanly, or have not ended. */
  async of(root: string): Promise<KeptRun[]> {
    return (await this.all()).filter((run) => run.root === root);
  }

  /** Nothing is left of it. */
  forget({ file }: KeptRun): void {
    rmSync(file, { force: true });
  }

  /** The runs on all states. */
  async all(): Promise<KeptRun[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.flatMap((name) => {
      if (!name.endsWith('.json')) return [];
      const file = path.join(this.folder, name);
      const found = read(file);
      if (!found) return [];
      const { content, seenAlive } = found;
      const life = lifeOf(content);
      if (life !== 'lives' && Date.now() - seenAlive > keptMs) {
        rmSync(file, { force: true });
        return [];
      }
      return [{ ...content, lockId: content.lockId, seenAlive, life, file }];
    });
  }
}

/** `user@host` as Terraform writes it: the name that belongs to the user id, and the kernel's host name. */
export function whoHere(): string {
  return `${userName()}@${os.hostname()}`;
}

/** `${XDG_STATE_HOME:-~/.local/state}/slipway/terraform`. */
function defaultFolder(): string {
  const base = process.env['XDG_STATE_HOME'];
  // The XDG base directory specification: a relative path is to be ignored.
  const state =
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.local', 'state');
  return path.join(state, 'slipway', 'terraform');
}

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A user id without a name, as in many containers. Terraform gets no $USER either.
    return '';
  }
}

/** Written atomically. */
function write(file: string, content: Content): void {
  const partial = `${file}.part`;
  writeFileSync(partial, JSON.stringify(content), { mode: 0o600 });
  renameSync(partial, file);
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // Its folder was removed with it; the process continues.
  }
}

function read(file: string): { content: Content; seenAlive: number } | undefined {
  try {
    const seenAlive = statSync(file).mtimeMs;
    return { content: schema.parse(JSON.parse(readFileSync(file, 'utf8'))), seenAlive };
  } catch {
    return undefined;
  }
}
