import type { Flow } from './plan.js';
import { isMinorBetween, minorOf } from './versions.js';

/**
 * Talos minors whose nodes are upgraded by one request that installs and reboots (`MachineService.Upgrade`).
 * From 1.13 on talosctl installs through LifecycleService first and reboots later; this version of Slipway does not.
 */
export const legacyMinors = { lowest: '1.9', highest: '1.12' } as const;

/** How a node that runs `from` is upgraded to `to`; undefined: not by this version of Slipway. */
export function flowOf(from: string, to: string): Flow | undefined {
  const legacy = [from, to].every((version) =>
    isMinorBetween(minorOf(version), legacyMinors.lowest, legacyMinors.highest),
  );
  return legacy ? 'legacy' : undefined;
}
