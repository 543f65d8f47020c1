import type { SlotName } from './boot-slots.js';

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
