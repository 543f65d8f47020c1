/**
 * What the watcher saw, as plain values. Sources fill it in, promises judge it; nothing here is Slipway's own code.
 * Every list is in the order of time.
 */

/** Milliseconds since 1970. */
export type Moment = number;

/** From a moment to another one. */
export interface Span {
  readonly from: Moment;
  readonly to: Moment;
}

export interface Evidence {
  readonly cluster: string;
  readonly watched: Span;
  readonly machines: readonly WatchedMachine[];
  /** The user Slipway is to the Kubernetes API. */
  readonly slipwayUser: string;
  readonly requests: readonly TalosRequest[];
  readonly machineEvents: readonly MachineEvent[];
  readonly connections: readonly FrontEvent[];
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
  readonly workflows: readonly WorkflowRecord[];
  /** Why the history is not, or not wholly, in `workflows`. */
  readonly historyMissing?: string;
  readonly waits: readonly WaitSighting[];
  readonly snapshots: readonly SnapshotFile[];
  readonly exposures: readonly Exposure[];
  /** Where secrets were looked for. */
  readonly searched: Searched;
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
  /** `upgrade-accepted`, `install-started`, `rebooting`, `down`, `running`, `ready`, … */
  readonly event: string;
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string;
  /** The slot that runs. */
  readonly slot: string;
  readonly detail?: string;
}

/** A TCP connection to a control plane's, or the virtual, address of the Kubernetes API (`fronts.jsonl`). */
export interface FrontEvent {
  readonly at: Moment;
  /** Name of the control plane, or `vip`. */
  readonly front: string;
  readonly event: string;
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

export type WorkflowStatus =
  | 'running'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'terminated'
  | 'timed-out'
  | 'continued-as-new'
  | 'unknown';

/** One execution of a workflow, read out of its history. */
export interface WorkflowRecord {
  readonly id: string;
  readonly runId: string;
  readonly type: string;
  readonly startedAt: Moment;
  readonly endedAt?: Moment;
  readonly status: WorkflowStatus;
  readonly input: unknown;
  /** Of a completed one. */
  readonly result?: unknown;
  readonly activities: readonly ActivityRecord[];
  readonly updates: readonly UpdateRecord[];
}

export interface ActivityRecord {
  readonly type: string;
  readonly scheduledAt: Moment;
  /** Milliseconds all its attempts may take together; 0: no end. */
  readonly limit: number;
  readonly endedAt?: Moment;
  readonly outcome?: 'completed' | 'failed' | 'timed-out' | 'canceled';
  readonly result?: unknown;
}

export interface UpdateRecord {
  readonly name: string;
  readonly acceptedAt: Moment;
  readonly input: unknown;
  readonly result?: unknown;
}

/** What Temporal showed of one open run, when it was asked. */
export interface WaitSighting {
  readonly at: Moment;
  readonly run: number;
  /** False: Temporal did not answer. */
  readonly answered: boolean;
  /** A workflow task waits for a worker, in the run or in one of its nodes. */
  readonly workflowTaskWaits: boolean;
  readonly activities: readonly PendingActivity[];
}

export interface PendingActivity {
  readonly workflowId: string;
  readonly type: string;
  readonly state: 'scheduled' | 'started' | 'cancel-requested' | 'other';
  /** When this attempt began, or was scheduled where it did not begin yet. */
  readonly since: Moment;
  readonly attempt: number;
  /** The heartbeat's sentence, and when that wait began and ends. */
  readonly shown?: { readonly waitingFor: string; readonly since: Moment; readonly until: Moment };
  readonly lastFailure?: string;
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
