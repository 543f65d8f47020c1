import type { Flow } from '../plan/plan.js';
import { isMinorBetween, minorOf } from './versions.js';

/** Running Talos minors that Slipway can upgrade, both included. */
const minorsOf: Readonly<Record<Flow, { readonly lowest: string; readonly highest: string }>> = {
  /** `MachineService.Upgrade` installs and reboots. */
  legacy: { lowest: '1.9', highest: '1.12' },
  /** `LifecycleService.Upgrade` installs, `MachineService.Reboot` boots it. Neither asks etcd. */
  lifecycle: { lowest: '1.13', highest: '1.13' },
};

/** The newest running minor that can be upgraded. */
export const highestMinor = minorsOf.lifecycle.highest;

/** The flow that upgrades a node running `from`; undefined: this version of Slipway knows none. */
export function flowOf(from: string): Flow | undefined {
  const minor = minorOf(from);
  return (Object.keys(minorsOf) as Flow[]).find((flow) =>
    isMinorBetween(minor, minorsOf[flow].lowest, minorsOf[flow].highest),
  );
}
