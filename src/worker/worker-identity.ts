import { readFileSync } from 'node:fs';
import os from 'node:os';
import { identify, type ProcessIdentity } from '../tools/process-identity.js';
import { countedIn, digest } from '../tools/process-place.js';

/** The process and the machine of a worker, from its name in Temporal. */
export interface WorkerIdentity extends ProcessIdentity {
  readonly host: string;
  /** The scope of its process id and start time: one boot of one kernel, one namespace. */
  readonly place: string;
}

/** `slipway-worker@host:3f0c9d1e55aa7b20:451023#4711`: host, place, start time, process id. */
const pattern = /^slipway-worker@(?<host>[^:]*):(?<place>[0-9a-f]{16}):(?<startTime>\d+)#(?<pid>\d+)$/;

/** This process's name as a worker. Where it cannot be unique, host and process id alone. */
export function ownWorkerName(): string {
  const own = ownWorkerIdentity();
  if (!own) return `slipway-worker@${os.hostname()}#${process.pid}`;
  return `slipway-worker@${own.host}:${own.place}:${own.startTime}#${own.pid}`;
}

/** Undefined where /proc is unreadable. */
export function ownWorkerIdentity(): WorkerIdentity | undefined {
  const place = ownPlace();
  const process_ = identify(process.pid);
  return place !== undefined && process_ ? { ...process_, host: os.hostname(), place } : undefined;
}

/** The identity in a worker's name; undefined: the name has another form, or says too little. */
export function workerIdentityOf(name: string): WorkerIdentity | undefined {
  const found = pattern.exec(name)?.groups;
  if (!found) return undefined;
  const { host = '', place = '', startTime = '', pid = '' } = found;
  return { host, place, startTime, pid: Number(pid) };
}

/**
 * Whether a worker is surely gone: it was in the same place as `own`, and its process does not exist any more. Any other place is
 * unknown: another machine, a container on this one, this one before its restart.
 */
export function isGone(worker: WorkerIdentity, own: WorkerIdentity): boolean {
  if (worker.host !== own.host || worker.place !== own.place) return false;
  const there = identify(worker.pid);
  if (there) return there.startTime !== worker.startTime;
  try {
    process.kill(worker.pid, 0);
    // /proc may hide other users' processes (hidepid); a zombie whose parent has not reaped it is gone, too.
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
