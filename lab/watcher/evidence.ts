import type { HypervisorEvidence } from './hypervisor-evidence.js';
import type { Moment, Span } from './moment.js';
import type { WaitObservation, WorkflowRecord } from './workflow-evidence.js';

export type * from './hypervisor-evidence.js';
export type * from './moment.js';
export type * from './workflow-evidence.js';

/**
 * The watcher's observations, as plain values. Sources fill it in, promises judge it; it shares no code with Slipway. Every list is in the
 * order of time.
 */

export interface Evidence {
  readonly cluster: string;
  readonly watched: Span;
  readonly machines: readonly WatchedMachine[];
  /** Slipway's user in the Kubernetes API. */
  readonly slipwayUser: string;
  readonly requests: readonly TalosRequest[];
  readonly machineEvents: readonly MachineEvent[];
  readonly connections: readonly FrontEvent[];
  readonly commands: readonly CommandObservation[];
  readonly changes: readonly ApiChange[];
  readonly nodes: readonly NodeObserved[];
  readonly pods: readonly PodObservation[];
  readonly budgets: readonly BudgetObservation[];
  /** When a watch of these objects was open; between the spans changes were missed. */
  readonly seen: {
    readonly nodes: readonly Span[];
    readonly pods: readonly Span[];
    readonly budgets: readonly Span[];
  };
  readonly etcd: readonly EtcdRound[];
  /** Left out: the lab's machines have no hypervisor. */
  readonly hypervisor?: HypervisorEvidence;
  readonly workflows: readonly WorkflowRecord[];
  /** Why the history is missing, or incomplete, in `workflows`. */
  readonly historyMissing?: string;
  readonly waits: readonly WaitObservation[];
  readonly snapshots: readonly SnapshotFile[];
  readonly exposures: readonly Exposure[];
  /** The places that were searched for secrets. */
  readonly searched: Searched;
  /** Invalid lines of the lab's logs, by log; normally none. */
  readonly unreadable: Readonly<Record<string, number>>;
}

export interface WatchedMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
}

/** A request to a machine's Talos API (`requests.jsonl`). */
export interface TalosRequest {
  /** Time of arrival. */
  readonly at: Moment;
  /** The machine that was dialled. */
  readonly endpoint: string;
  /** The target machine. */
  readonly node: string;
  /** `MachineService`, `LifecycleService`, `ImageService`; Talos has an `Upgrade` in two of them. */
  readonly service: string;
  /** Without its service: `Upgrade`. */
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** gRPC status; 0 is success. */
  readonly code: number;
  readonly error?: string;
  /** Milliseconds until the answer, or the stream, had ended. */
  readonly took: number;
}

/** A line of `machines.jsonl`, with the machine's state at that moment. */
export interface MachineEvent {
  readonly at: Moment;
  readonly machine: string;
  /** `upgrade-accepted`, `install-started`, `reboot-accepted`, `rebooting`, `down`, `running`, `ready`, … */
  readonly event: string;
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string;
  /** The running slot. */
  readonly slot: string;
  readonly detail?: string;
  /** Of an install: its target slot. */
  readonly target?: string;
  /** Of a completed install: what it destroyed there, as the machine reports it: `running` or `last-good`. */
  readonly overwrites?: string;
}

/** A TCP connection to the Kubernetes API at a control plane's, or the virtual, address (`fronts.jsonl`). */
export interface FrontEvent {
  readonly at: Moment;
  /** Name of the control plane, or `vip`. */
  readonly front: string;
  readonly event: string;
}

/** A talosctl or kubectl process that connects to one machine of the lab, whether that responds or not. */
export interface CommandObservation {
  /** When its process began. */
  readonly at: Moment;
  /** Without its options: `talosctl etcd status`. */
  readonly command: string;
  /** The machine it dials. */
  readonly endpoint: string;
  /** The target machines, where it names any. */
  readonly nodes: readonly string[];
  /** It shows no certificate: only a machine in maintenance mode accepts that. */
  readonly insecure?: true;
}

/** A change request to the Kubernetes API (`audit.jsonl`). */
export interface ApiChange {
  /** When the request arrived. */
  readonly at: Moment;
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  /** Of a Node: the new `spec.unschedulable`; undefined when it was not changed. */
  readonly unschedulable?: boolean;
  /** Of a Node: Slipway's annotations that were set, or removed (null). */
  readonly marks?: Readonly<Record<string, string | null>>;
}

/** A Node object from that moment on, until its next observation. */
export interface NodeObserved {
  readonly at: Moment;
  readonly node: string;
  /** The object was deleted. */
  readonly gone: boolean;
  readonly unschedulable: boolean;
  readonly ready: boolean;
  readonly bootId: string;
  readonly kubelet: string;
  /** Annotations of slipway.dev and talos.dev. */
  readonly marks: Readonly<Record<string, string>>;
}

/** A pod from that moment on, until the next observation of the same uid. */
export interface PodObservation {
  readonly at: Moment;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty: not scheduled. */
  readonly node: string;
  readonly phase: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a DaemonSet, or a static pod's mirror: it is bound to its node. */
  readonly belongsToNode: boolean;
  readonly gone: boolean;
}

/** A PodDisruptionBudget from that moment on. */
export interface BudgetObservation {
  readonly at: Moment;
  readonly namespace: string;
  readonly name: string;
  readonly gone: boolean;
  readonly selector: LabelSelector;
}

/** A Kubernetes label selector; the empty one selects every pod of the namespace. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/**
 * The answers of all etcd members at about the same time; and what the lab makes Talos report of them, because an alarm or a learner that
 * Talos shows counts as one.
 */
export interface EtcdRound {
  readonly at: Moment;
  /** Read through consensus; undefined: no member could answer. */
  readonly members?: readonly { readonly id: string; readonly name: string; readonly learner: boolean }[];
  /** One for each control plane. */
  readonly statuses: readonly EtcdStatus[];
}

export interface EtcdStatus {
  readonly node: string;
  /** Its answer; undefined: it did not respond. Ids and indexes are decimal numbers. */
  readonly said?: {
    readonly memberId: string;
    /** `0`: none. */
    readonly leader: string;
    readonly raftIndex: number;
    readonly appliedIndex: number;
    /** Alarms among them. */
    readonly errors: readonly string[];
  };
}

/** A file in the folder of a run's etcd snapshots. */
export interface SnapshotFile {
  readonly folder: string;
  readonly file: string;
  /** Permission bits, 0o600. */
  readonly mode: number;
  readonly writtenAt: Moment;
  /** It begins as an age file does. */
  readonly encrypted: boolean;
  /** Hex. */
  readonly sha256: string;
}

/** How much was searched for secrets: finding none in no data proves nothing. */
export interface Searched {
  readonly secrets: number;
  /** Processes whose arguments were searched. */
  readonly processes: number;
  /** Events of histories, and pending activities. */
  readonly texts: number;
  readonly files: number;
}

/** A secret in a place where it must not be. The secret itself is not repeated. */
export interface Exposure {
  readonly at: Moment;
  /** Which secret: `private key of talosconfig-admin`. */
  readonly secret: string;
  /** Where: `history of run/prox-ops/1, event 12`. */
  readonly where: string;
}
