import type { HypervisorEvidence } from './hypervisor-evidence.js';
import type { Moment, Span } from './moment.js';
import type { WaitSighting, WorkflowRecord } from './workflow-evidence.js';

export type * from './hypervisor-evidence.js';
export type * from './moment.js';
export type * from './workflow-evidence.js';

/**
 * What the watcher saw, as plain values. Sources fill it in, promises judge it; nothing here is Slipway's own code.
 * Every list is in the order of time.
 */

export interface Evidence {
  readonly cluster: string;
  readonly watched: Span;
  readonly machines: readonly WatchedMachine[];
  /** The user Slipway is to the Kubernetes API. */
  readonly slipwayUser: string;
  readonly requests: readonly TalosRequest[];
  readonly machineEvents: readonly MachineEvent[];
  readonly connections: readonly FrontEvent[];
  readonly commands: readonly CommandSighting[];
  readonly changes: readonly ApiChange[];
  readonly nodes: readonly NodeSighting[];
  readonly pods: readonly PodSighting[];
  readonly budgets: readonly BudgetSighting[];
  /** When the Kubernetes API told of changes to these; between the spans anything may have happened. */
  readonly seen: {
    readonly nodes: readonly Span[];
    readonly pods: readonly Span[];
    readonly budgets: readonly Span[];
  };
  readonly etcd: readonly EtcdRound[];
  /** Left out: the lab's machines have no hypervisor. */
  readonly hypervisor?: HypervisorEvidence;
  readonly workflows: readonly WorkflowRecord[];
  /** Why the history is not, or not wholly, in `workflows`. */
  readonly historyMissing?: string;
  readonly waits: readonly WaitSighting[];
  readonly snapshots: readonly SnapshotFile[];
  readonly exposures: readonly Exposure[];
  /** Where secrets were looked for. */
  readonly searched: Searched;
  /** Lines of the lab's logs that could not be read, by log; none is the rule. */
  readonly unreadable: Readonly<Record<string, number>>;
}

export interface WatchedMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
}

/** A request that reached a machine's Talos API (`requests.jsonl`). */
export interface TalosRequest {
  /** When it came. */
  readonly at: Moment;
  /** The machine that was dialled. */
  readonly endpoint: string;
  /** The machine it was for. */
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

/** A line of `machines.jsonl`, with what the machine was at that moment. */
export interface MachineEvent {
  readonly at: Moment;
  readonly machine: string;
  /** `upgrade-accepted`, `install-started`, `reboot-accepted`, `rebooting`, `down`, `running`, `ready`, … */
  readonly event: string;
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string;
  /** The slot that runs. */
  readonly slot: string;
  readonly detail?: string;
  /** Of an install: the slot it goes to. */
  readonly target?: string;
  /** Of a finished install: what it destroyed there, as the machine itself tells it: `running` or `last-good`. */
  readonly overwrites?: string;
}

/** A TCP connection to a control plane's, or the virtual, address of the Kubernetes API (`fronts.jsonl`). */
export interface FrontEvent {
  readonly at: Moment;
  /** Name of the control plane, or `vip`. */
  readonly front: string;
  readonly event: string;
}

/** A talosctl or kubectl that was seen among the processes, on its way to one machine of the lab, whether that answers or not. */
export interface CommandSighting {
  /** When its process began. */
  readonly at: Moment;
  /** Without its options: `talosctl etcd status`. */
  readonly command: string;
  /** The machine it dials. */
  readonly endpoint: string;
  /** The machines it is about, where it names any. */
  readonly nodes: readonly string[];
  /** It comes without a certificate: only a machine in maintenance mode answers that. */
  readonly insecure?: true;
}

/** A change somebody asked of the Kubernetes API (`audit.jsonl`). */
export interface ApiChange {
  /** When the request came. */
  readonly at: Moment;
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  /** Of a Node: what `spec.unschedulable` was set to; undefined when it was not touched. */
  readonly unschedulable?: boolean;
  /** Of a Node: Slipway's annotations that were set, or removed (null). */
  readonly marks?: Readonly<Record<string, string | null>>;
}

/** A Node object from that moment on, until the next sighting of it. */
export interface NodeSighting {
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

/** A pod from that moment on, until the next sighting of the same uid. */
export interface PodSighting {
  readonly at: Moment;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty: not scheduled. */
  readonly node: string;
  readonly phase: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A DaemonSet's, or a static pod's mirror: it belongs to its node. */
  readonly belongsToNode: boolean;
  readonly gone: boolean;
}

/** A PodDisruptionBudget from that moment on. */
export interface BudgetSighting {
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
 * What all etcd members said when they were asked, at about the same time; and what the lab makes Talos say of them, for
 * an alarm or a learner that Talos shows counts as one.
 */
export interface EtcdRound {
  readonly at: Moment;
  /** By consensus; undefined: nobody could say. */
  readonly members?: readonly { readonly id: string; readonly name: string; readonly learner: boolean }[];
  /** One for each control plane. */
  readonly statuses: readonly EtcdStatus[];
}

export interface EtcdStatus {
  readonly node: string;
  /** What it said; undefined: it did not answer. Ids and indexes are decimal numbers. */
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

/** A file in the folder where a run keeps its etcd snapshots. */
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

/** How much was searched for secrets: finding none in nothing says nothing. */
export interface Searched {
  readonly secrets: number;
  /** Processes whose arguments were read. */
  readonly processes: number;
  /** Events of histories, and what pending activities showed. */
  readonly texts: number;
  readonly files: number;
}

/** A secret in a place where none may be. The secret itself is not repeated. */
export interface Exposure {
  readonly at: Moment;
  /** Which secret: `private key of talosconfig-admin`. */
  readonly secret: string;
  /** Where: `history of run/prox-ops/1, event 12`. */
  readonly where: string;
}
