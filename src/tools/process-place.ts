import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { isRunning, type ProcessIdentity } from './process-identity.js';

/** Where a process runs: what it takes to know it again from elsewhere. */
export interface ProcessPlace {
  /** A machine, or a container of one: its host name and the namespaces that count process ids and times. */
  readonly home: string;
  /** A pid and its start time mean nothing after the next boot of the machine. */
  readonly boot: string;
}

/** `unknown`: it was started in another place, where nobody here can look. */
export type ProcessLife = 'lives' | 'dead' | 'unknown';

/** What process ids and start times mean something in. A container has namespaces of its own; another boot another id. */
const placeFiles = { bootId: '/proc/sys/kernel/random/boot_id', namespaces: ['pid', 'time'] } as const;

/** The number of the namespace every machine starts with, PROC_PID_INIT_INO of the kernel: the only one that is there again after a boot. */
const initialPids = 'pid:[4026531836]';

/** What /proc tells of this process; undefined where it does not. */
export function countedIn(): { readonly bootId: string; readonly namespaces: readonly string[] } | undefined {
  try {
    // A /proc of somebody else's namespace tells of other processes.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const bootId = readFileSync(placeFiles.bootId, 'utf8').trim();
    const namespaces = placeFiles.namespaces.map(namespaceOf);
    return bootId === '' || namespaces[0] === '' ? undefined : { bootId, namespaces };
  } catch {
    return undefined;
  }
}

/** Where this process runs. A `home` that is empty is nobody's: where /proc does not tell, nothing is known of anybody. */
export function placeHere(): ProcessPlace {
  const found = countedIn();
  if (!found) return { home: '', boot: '' };
  const home = digest([os.hostname(), ...found.namespaces]);
  return { home, boot: found.bootId };
}

/** Whether exactly that process lives, as far as it can be told from here. */
export function lifeOf(process_: ProcessIdentity & ProcessPlace): ProcessLife {
  const here = placeHere();
  if (here.home === '' || process_.home !== here.home) return 'unknown';
  if (process_.boot === here.boot) return isRunning(process_) ? 'lives' : 'dead';
  // A container's namespace ends with the boot: one of the same number is another one's, on this machine or elsewhere.
  return countedIn()?.namespaces[0] === initialPids ? 'dead' : 'unknown';
}

/** Sixteen digits that tell these parts from others. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** `pid:[4026531836]`; empty for a kind this kernel does not have. */
function namespaceOf(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}
