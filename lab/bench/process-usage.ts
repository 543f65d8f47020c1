import { readFileSync, readdirSync } from 'node:fs';

/** Clock ticks in a second, as Linux counts processor time: USER_HZ is 100 on every machine Node runs on. */
const ticksPerSecond = 100;

/** Milliseconds of processor time of a process' children that have ended and been reaped. */
export function childrenCpuMs(pid: number): number {
  const [user = 0, system = 0] = fieldsOf(pid).slice(13, 15).map(Number);
  return ((user + system) * 1_000) / ticksPerSecond;
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}

/** Resident memory of a process and its descendants, in MiB; shared pages count twice. */
export function residentOfTreeMiB(root: number): number {
  const parents = new Map(processIds().map((pid) => [pid, parentOf(pid)]));
  const belongs = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = parents.get(pid);
    return parent !== undefined && parent > 1 && belongs(parent);
  };
  const own = [...parents.keys()].filter(belongs);
  return own.reduce((sum, pid) => sum + orNothing(() => residentMiB(pid)), 0);
}

function processIds(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

function parentOf(pid: number): number {
  return orNothing(() => Number(fieldsOf(pid)[1]));
}

/** The fields of `/proc/<pid>/stat` from the third on, the state; the name before it may contain brackets. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process may have gone since it was listed. */
function orNothing(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}
