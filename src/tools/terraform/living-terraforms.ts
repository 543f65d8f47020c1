import { readdirSync, readFileSync } from 'node:fs';
import { identify } from '../process-identity.js';

/** Ticks of `/proc/<pid>/stat` in a second: USER_HZ, which is 100 on every architecture Slipway runs on. */
const ticksPerSecond = 100;
const names = /^(terraform|tofu)\b/;

/**
 * When each Terraform or OpenTofu on this machine was started, in milliseconds since the epoch.
 *
 * @param known process ids to leave out.
 */
export function livingTerraforms(known: ReadonlySet<number>): number[] {
  const boot = bootedAt();
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || known.has(pid) || !names.test(nameOf(pid))) return [];
    const identity = identify(pid);
    return identity ? [boot + (Number(identity.startTime) / ticksPerSecond) * 1000] : [];
  });
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

function bootedAt(): number {
  const seconds = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  return Number(seconds) * 1000;
}
