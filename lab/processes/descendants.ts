import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { identify, type ProcessIdentity } from '../../src/tools/process-identity.js';

/** A process and its program. */
export interface Descendant extends ProcessIdentity {
  /** Name of its program: `terraform`. */
  readonly program: string;
  /** Whether a process of that name is among its descendants or ancestors. */
  readonly besides: readonly string[];
}

/** All present descendants of a process. */
export function descendantsOf(root: number): readonly Descendant[] {
  const parents = new Map(processIds().map((pid) => [pid, parentOf(pid)]));
  const programs = new Map([...parents.keys()].map((pid) => [pid, programOf(pid)]));
  const above = (pid: number): number[] => {
    const parent = parents.get(pid) ?? 0;
    return parent > 1 && pid !== root ? [parent, ...above(parent)] : [];
  };
  const own = [...parents.keys()].filter((pid) => pid !== root && above(pid).includes(root));
  return own.flatMap((pid) => {
    const identity = identify(pid);
    if (!identity) return [];
    const line = own.filter((other) => above(pid).includes(other) || above(other).includes(pid));
    const besides = line.map((other) => programs.get(other) ?? '');
    return [{ ...identity, program: programs.get(pid) ?? '', besides }];
  });
}

function processIds(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

/** 0 for a process that has ended since it was listed. */
function parentOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function programOf(pid: number): string {
  return path.basename(textOf(`/proc/${pid}/cmdline`).split('\0')[0] ?? '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
