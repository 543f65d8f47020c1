import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { isRunning, type ProcessIdentity } from './process-identity.js';

/** Identifies where a process runs, so that another process can compare places. */
export interface ProcessPlace {
  /** A machine, or a container on it: its host name and the namespaces that count process ids and times. */
  readonly home: string;
  /** The boot id: a pid and its start time are meaningless after a reboot. */
  readonly boot: string;
}

/** `unknown`: the process was started in another place, which cannot be checked from here. */
export type ProcessLife = 'lives' | 'dead' | 'unknown';

/** The scope in which process ids and start times are valid. A container has its own namespaces; a boot has its own id. */
const placeFiles = { bootId: '/proc/sys/kernel/random/boot_id', namespaces: ['pid', 'time'] } as const;

/** The number of the initial namespace of every machine, PROC_PID_INIT_INO of the kernel: the only one that is the same after a reboot. */
const initialPids = 'pid:[4026531836]';

/** The place of this process according to /proc; undefined where /proc does not show it. */
export function countedIn(): { readonly bootId: string; readonly namespaces: readonly string[] } | undefined {
  try {
    // A /proc of another namespace describes other processes.
    if (readlinkSync('/proc/self') !== String(process.pid)) return undefined;
    const bootId = readFileSync(placeFiles.bootId, 'utf8').trim();
    const namespaces = placeFiles.namespaces.map(namespaceOf);
    return bootId === '' || namespaces[0] === '' ? undefined : { bootId, namespaces };
  } catch {
    return undefined;
  }
}

/** The place of this process. An empty `home` matches no place: where /proc is unreadable, nothing is known of any process. */
export function placeHere(): ProcessPlace {
  const found = countedIn();
  if (!found) return { home: '', boot: '' };
  const home = digest([os.hostname(), ...found.namespaces]);
  return { home, boot: found.bootId };
}

/** Whether exactly that process lives, as far as it can be checked from here. */
export function lifeOf(process_: ProcessIdentity & ProcessPlace): ProcessLife {
  const here = placeHere();
  if (here.home === '' || process_.home !== here.home) return 'unknown';
  if (process_.boot === here.boot) return isRunning(process_) ? 'lives' : 'dead';
  // A container's namespace ends with the boot: the same number later belongs to another one, on this machine or elsewhere.
  return countedIn()?.namespaces[0] === initialPids ? 'dead' : 'unknown';
}

/** Sixteen digits that identify these parts. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** `pid:[4026531836]`; empty for a namespace kind that this kernel lacks. */
function namespaceOf(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}
