import { readFileSync } from 'node:fs';

/**
 * Identifies one process of this machine: a pid alone may have been reused. `startTime` is field 22 of /proc/<pid>/stat, clock ticks since
 * the machine booted.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** The identity of a running process; undefined when the pid is free, or belongs to a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const found = statOf(pid);
  return found === undefined || found.state === 'Z' || found.state === 'X' ? undefined : found.identity;
}

/** The identity of a child that was just started and may have ended since: its pid is not reused before Node reports its end. */
export function identifyChild(pid: number): ProcessIdentity | undefined {
  return statOf(pid)?.identity;
}

function statOf(pid: number): { state: string | undefined; identity: ProcessIdentity } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in brackets, which may itself contain blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  return startTime === undefined ? undefined : { state, identity: { pid, startTime } };
}

/** True while exactly this process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal to exactly this process; false when it no longer runs. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const own = identify(process.pid);
  if (!own)
    throw new Error(
      'Slipway identifies processes by /proc, which this system does not have. It runs on Linux.',
    );
  return own;
}
