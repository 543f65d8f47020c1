/**
 * Measurements, as values. Activities fill these in; planning only reads them. Anything that did not respond is `unreachable`: never
 * healthy, never failed.
 */

/** One response from outside. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'unreachable'; readonly why: string };

export type Role = 'control-plane' | 'worker';

export interface ClusterObservation {
  readonly cluster: string;
  /** ISO time at which the observation was complete. */
  readonly observedAt: string;
  /** Every node of the inventory, in its order. */
  readonly nodes: readonly NodeObservation[];
  /** Unmanaged nodes: Node objects that Kubernetes has and the inventory does not. */
  readonly strangers: readonly string[];
  readonly etcd: Answer<EtcdObservation>;
  readonly workloads: Answer<WorkloadObservation>;
}

export interface NodeObservation {
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  readonly talos: Answer<TalosObservation>;
  /** The Node object; `undefined` inside an answer: Kubernetes has none of that name. */
  readonly kubernetes: Answer<NodeObject | undefined>;
  /** State of the machine at its address: read where its Talos does not respond, and a run had begun to replace its machine. */
  readonly standing?: MachineStanding;
}

/** A machine that waits for a configuration, in maintenance mode; or an unreachable one. */
export type MachineStanding =
  | { readonly kind: 'waiting'; readonly uuid: string; readonly version: string }
  | { readonly kind: 'unreachable' };

/** What a node's Talos API reports. */
export interface TalosObservation {
  /** The hostname as Talos knows it (the Node's name). */
  readonly nodename: string;
  /** Running version, `v1.12.1`. */
  readonly version: string;
  /** The schematic the booted image was made of; undefined for an image without one. */
  readonly schematic: string | undefined;
  /** Names of the installed system extensions, sorted. */
  readonly extensions: readonly string[];
  /** `running`, `booting`, `upgrading`, … */
  readonly stage: string;
  readonly ready: boolean;
  /** `name: reason` of each condition Talos waits for. */
  readonly unmet: readonly string[];
  /** The kernel's boot id, where the step may read it (that needs the admin role). */
  readonly bootId?: string;
}

/** The observed part of a Node object. */
export interface NodeObject {
  readonly ready: boolean;
  /** ISO time of the Ready condition's last change. */
  readonly readySince: string;
  readonly readyMessage: string;
  readonly unschedulable: boolean;
  /** Who set `unschedulable`, by the field managers the API server keeps; left out: it does not report them. */
  readonly cordonSetBy?: readonly string[];
  readonly bootId: string;
  /** SMBIOS UUID of the machine its kubelet runs on; left out, or empty: not reported. */
  readonly systemUuid?: string;
  readonly kubeletVersion: string;
  readonly osImage: string;
  readonly internalAddress: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly marks: Marks;
  readonly resourceVersion: string;
}

/** Slipway's own annotations on a Node; they outlive a lost database. */
export interface Marks {
  /** `slipway.dev/run`: the run that works on the node. */
  readonly run: string | undefined;
  /** `slipway.dev/cordoned-by`: the run that cordoned it; stays behind where a person uncordons with kubectl alone. */
  readonly cordonedBy: string | undefined;
  /** `slipway.dev/install`: the install that was, or was about to be, sent: `<child workflow id> <version> <boot id>`. */
  readonly install: string | undefined;
  /** `slipway.dev/armed`: the version that is installed and waits for a reboot: `<version> <boot id it was installed under>`. */
  readonly armed: string | undefined;
  /** `slipway.dev/reboot`: the reboot that was, or was about to be, sent: `<child workflow id>`. */
  readonly reboot: string | undefined;
  /** `slipway.dev/replace`: the replacement of its machine that was, or was about to be, sent: `<child workflow id>`. */
  readonly replace?: string | undefined;
}

export interface EtcdObservation {
  readonly members: readonly EtcdMember[];
  /** What each control plane's own member reports; one entry per control plane of the inventory. */
  readonly statuses: readonly EtcdMemberStatus[];
  readonly alarms: readonly { readonly memberId: string; readonly alarm: string }[];
}

export interface EtcdMember {
  /** Hex, as talosctl prints it. */
  readonly id: string;
  /** Empty: added but never started. */
  readonly name: string;
  readonly learner: boolean;
}

export type EtcdMemberStatus = { readonly node: string } & Answer<{
  readonly memberId: string;
  /** Hex id of the leader this member follows; '0000000000000000': none. */
  readonly leaderId: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly learner: boolean;
  readonly errors: readonly string[];
  /** The etcd version it runs: `3.6.5`; left out: not reported. */
  readonly version?: string;
  /** The etcd version of its data, which is the cluster's: `3.6.0`; left out: not reported, as by members before 3.6. */
  readonly storage?: string;
}>;

export interface WorkloadObservation {
  readonly pods: readonly PodObservation[];
  readonly budgets: readonly BudgetObservation[];
  /** Static control-plane pods: component × node. */
  readonly controlPlane: readonly {
    readonly component: string;
    readonly node: string;
    readonly version: string;
    readonly ready: boolean;
  }[];
}

export interface PodObservation {
  readonly namespace: string;
  readonly name: string;
  /** Empty: not scheduled. */
  readonly node: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Being deleted. */
  readonly terminating: boolean;
  /** `Deployment/web`, `StatefulSet/db`, …: the top-level controller; undefined: the pod has no owner. */
  readonly owner: string | undefined;
  readonly daemonSet: boolean;
  readonly mirror: boolean;
  /** `namespace/name` of the budgets whose selector matches it. */
  readonly budgets: readonly string[];
  /** Why it does not run, in Kubernetes' words: CrashLoopBackOff, Unschedulable, … */
  readonly trouble: string | undefined;
  /** ISO time since when it is in this state (Ready condition's last change, or creation). */
  readonly since: string;
  /** The one node it may run on (`kubernetes.io/hostname`, by selector or by affinity); left out: any, or several. */
  readonly pinnedTo?: string;
}

export interface BudgetObservation {
  readonly namespace: string;
  readonly name: string;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  /** Pods whose eviction the API server granted, and whose deletion Kubernetes has not observed yet; left out: none. */
  readonly granted?: readonly GrantedEviction[];
}

/** An entry of a budget's `status.disruptedPods`: Kubernetes counts that pod as gone. */
export interface GrantedEviction {
  /** Name of the pod, in the budget's namespace. */
  readonly pod: string;
  /** ISO time, in whole seconds. */
  readonly at: string;
}
