import { readFileSync } from 'node:fs';
import os from 'node:os';
import { identify, type ProcessIdentity } from '../tools/process-identity.js';
import { countedIn, digest } from '../tools/process-place.js';

/** Which process of which machine a worker is, as its name in Temporal says. */
export interface WorkerIdentity extends ProcessIdentity {
  readonly host: string;
  /** Where its process id and its start time are counted: one boot of one kernel, one namespace. */
  readonly place: string;
}

/** `slipway-worker@host:3f0c9d1e55aa7b20:451023#4711`: host, place, start time, process id. */
const pattern = /^slipway-worker@(?<host>[^:]*):(?<place>[0-9a-f]{16}):(?<startTime>\d+)#(?<pid>\d+)$/;

/** The name this process has as a worker. Where it cannot be told apart for sure, host and process id alone. */
export function ownWorkerName(): string {
  const own = ownWorkerIdentity();
  if (!own) return `slipway-worker@${os.hostname()}#${process.pid}`;
  return `slipway-worker@${own.host}:${own.place}:${own.startTime}#${own.pid}`;
}

/** Undefined where /proc does not tell. */
export function ownWorkerIdentity(): WorkerIdentity | undefined {
  const place = ownPlace();
  const process_ = identify(process.pid);
  return place !== undefined && process_ ? { ...process_, host: os.hostname(), place } : undefined;
}

/** What a worker's name says; undefined: it is no such name, or says too little. */
export function workerIdentityOf(name: string): WorkerIdentity | undefined {
  const found = pattern.exec(name)?.groups;
  if (!found) return undefined;
  const { host = '', place = '', startTime = '', pid = '' } = found;
  return { host, place, startTime, pid: Number(pid) };
}

/**
 * Whether a worker is gone beyond doubt: it was in the place where `own` is, and its process is not there any more. Of any
 * other place nothing is known: another machine, a container of this one, this one before it was started again.
 */
export function isGone(worker: WorkerIdentity, own: WorkerIdentity): boolean {
  if (worker.host !== own.host || worker.place !== own.place) return false;
  const there = identify(worker.pid);
  if (there) return there.startTime !== worker.startTime;
  try {
    process.kill(worker.pid, 0);
    // /proc shows others' processes not to everybody (hidepid); a dead one whose parent has not looked yet is gone.
    return isZombie(worker.pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

function ownPlace(): string | undefined {
  const found = countedIn();
  return found && digest([found.bootId, ...found.namespaces]);
}
