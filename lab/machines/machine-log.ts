import type { SlotName } from './boot-slots.js';
import type { UpgradeFlow } from './installer.js';
import type { Machine } from './machine.js';

/** What can happen to a machine, as `machines.jsonl` names it. */
export type MachineLogEvent =
  | 'power-on'
  | 'power-off'
  | 'booting'
  | 'running'
  | 'ready'
  | 'not-ready'
  | 'upgrade-accepted'
  | 'upgrade-refused'
  | 'install-started'
  | 'install-finished'
  | 'install-failed'
  | 'install-refused'
  /** Installed and not booted: the next boot, for whatever reason, takes the new slot. */
  | 'armed'
  | 'reverted'
  | 'reboot-accepted'
  | 'rollback-accepted'
  | 'rollback-refused'
  | 'rebooting'
  | 'down'
  /** It will not come back until somebody switches it on. */
  | 'lost'
  | 'etcd-started'
  | 'etcd-stopped'
  | 'api-front-up'
  | 'api-front-down'
  | 'kubelet-started'
  | 'kubelet-stopped'
  | 'fault'
  /** The lab replaced it, with its first version: nobody upgraded it back. */
  | 'reset-by-lab'
  /** The machine and its disks are gone. */
  | 'destroyed'
  /** It is replaced, and off. */
  | 'created'
  /** It waits for a configuration. */
  | 'maintenance'
  /** It took a configuration: `detail` says how. */
  | 'configured'
  | 'reset-accepted'
  | 'shutdown-accepted'
  /** Partitions were wiped: `detail` names them. */
  | 'wiped'
  | 'etcd-learner'
  | 'etcd-voter'
  | 'etcd-left'
  /** The lab itself could not continue with this machine: `detail` says why. */
  | 'broken';

/** What else some events say. */
export interface MachineLogFacts {
  /** Of an install: which way of Talos to upgrade it belongs to. */
  readonly flow?: UpgradeFlow;
  /** Of an install: the slot it goes to. */
  readonly target?: SlotName;
  /** Of a finished install: it destroyed the slot that runs, or the last one that was ready. */
  readonly overwrites?: 'running' | 'last-good';
  /** Of a boot: how the kernel was started. */
  readonly via?: BootPath;
}

/** `firmware`: through a reset or a power-on; `kexec`: from kernel to kernel. */
export type BootPath = 'firmware' | 'kexec';

/** One line of `machines.jsonl`: what happened, and what the machine was at that moment. */
export interface MachineLogLine extends MachineLogFacts {
  /** ISO time with milliseconds. */
  readonly time: string;
  readonly machine: string;
  readonly event: MachineLogEvent;
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string;
  readonly slot: SlotName;
  readonly detail?: string;
}

/** Where those lines go. */
export type MachineLog = (line: MachineLogLine) => void;

/** What happened now, on the machine as it is now. */
export function machineLogLine(
  machine: Machine,
  event: MachineLogEvent,
  detail?: string,
  facts: MachineLogFacts = {},
): MachineLogLine {
  return {
    time: new Date().toISOString(),
    machine: machine.name,
    event,
    bootId: machine.bootId,
    version: machine.version,
    schematic: machine.schematic,
    slot: machine.booted,
    ...(detail === undefined ? {} : { detail }),
    ...facts,
  };
}
