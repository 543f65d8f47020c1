import type { SlotName } from './boot-slots.js';
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
  | 'reverted'
  | 'rebooting'
  | 'down'
  | 'etcd-started'
  | 'etcd-stopped'
  | 'api-front-up'
  | 'api-front-down'
  | 'kubelet-started'
  | 'kubelet-stopped'
  | 'fault'
  /** The lab itself could not go on with this machine: `detail` says why. */
  | 'broken';

/** One line of `machines.jsonl`: what happened, and what the machine was at that moment. */
export interface MachineLogLine {
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
export function machineLogLine(machine: Machine, event: MachineLogEvent, detail?: string): MachineLogLine {
  return {
    time: new Date().toISOString(),
    machine: machine.name,
    event,
    bootId: machine.bootId,
    version: machine.version,
    schematic: machine.schematic,
    slot: machine.booted,
    ...(detail === undefined ? {} : { detail }),
  };
}
