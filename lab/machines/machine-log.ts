import type { SlotName } from './boot-slots.js';
import type { UpgradeFlow } from './installer.js';
import type { Machine } from './machine.js';

/** The events of a machine in `machines.jsonl`. */
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
  /** Installed and not booted: the next boot, for whatever reason, uses the new slot. */
  | 'armed'
  | 'reverted'
  | 'reboot-accepted'
  | 'rollback-accepted'
  | 'rollback-refused'
  | 'rebooting'
  | 'down'
  /** It stays off until somebody switches it on. */
  | 'lost'
  | 'etcd-started'
  | 'etcd-stopped'
  | 'api-front-up'
  | 'api-front-down'
  | 'kubelet-started'
  | 'kubelet-stopped'
  | 'fault'
  /** The lab replaced it, with its first version: that is no upgrade. */
  | 'reset-by-lab'
  /** The machine and its disks are gone. */
  | 'destroyed'
  /** It is replaced, and off. */
  | 'created'
  /** It waits for a configuration. */
  | 'maintenance'
  /** It accepted a configuration: `detail` has the mode. */
  | 'configured'
  | 'reset-accepted'
  | 'shutdown-accepted'
  /** Partitions were wiped: `detail` names them. */
  | 'wiped'
  | 'etcd-learner'
  | 'etcd-voter'
  | 'etcd-left'
  /** The lab itself failed with this machine: `detail` has the reason. */
  | 'broken';

/** Additional fields of some events. */
export interface MachineLogFacts {
  /** Of an install: its Talos flow. */
  readonly flow?: UpgradeFlow;
  /** Of an install: its target slot. */
  readonly target?: SlotName;
  /** Of a completed install: it destroyed the running slot, or the last one that was ready. */
  readonly overwrites?: 'running' | 'last-good';
  /** Of a boot: how the kernel was started. */
  readonly via?: BootPath;
}

/** `firmware`: through a reset or a power-on; `kexec`: from kernel to kernel. */
export type BootPath = 'firmware' | 'kexec';

/** One line of `machines.jsonl`: an event, and the machine's state at that moment. */
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

/** The writer of those lines. */
export type MachineLog = (line: MachineLogLine) => void;

/** Logs an event with the machine's present state. */
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
