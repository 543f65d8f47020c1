import type { Limits } from '../inventory/schema.js';
import type { Reason } from './reason.js';
import type { Role } from './observation.js';
import type { StepName } from './node-steps.js';
import type { GateName } from './gates/gates.js';

export type Strategy = 'in-place' | 'rebuild';

/** The client–node protocol of an upgrade: `legacy` is Talos 1.12 and older (one request installs and reboots). */
export type Flow = 'legacy';

/** What somebody asked for. */
export interface UpgradeRequest {
  /** The shape of this request; a worker refuses one it does not know. */
  readonly schema: 1;
  readonly cluster: string;
  /** Target Talos version, `v1.12.6`. */
  readonly talos: string;
  /** Whether slipway.yaml declares that target; false: given on the command line. */
  readonly declared: boolean;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** The git commit of the inventory, where it is in a git checkout. */
  readonly commit?: string;
}

/** The immutable, recorded answer to a request. It leaves nothing to choose. */
export interface UpgradePlan {
  readonly cluster: string;
  readonly target: string;
  readonly declared: boolean;
  readonly kubernetes: { readonly lowest: string; readonly highest: string };
  readonly strategy: Strategy;
  /** Why that strategy: `patch: same minor`. */
  readonly strategyReason: string;
  readonly hops: readonly Hop[];
  /** Steps stand once per strategy, not per node. */
  readonly steps: readonly StepName[];
  readonly gates: readonly GateName[];
  readonly drain: { readonly attempts: number; readonly deleteEmptyDirData: boolean };
  readonly snapshotMaxAge: number;
  readonly limits: Limits;
  /** What will stop the run if it stays as it is, and what a person should know. */
  readonly blocked: readonly BlockedNode[];
  readonly notes: readonly string[];
  /** Milliseconds; not part of the hash. */
  readonly estimate: number;
  /** SHA-256 (hex) over the decisions and what they rest on. */
  readonly hash: string;
}

/** One step of versions. */
export interface Hop {
  readonly to: string;
  readonly flow: Flow;
  /** The minor of the talosctl that speaks to the nodes: the running one. */
  readonly talosctl: string;
  readonly nodes: readonly PlannedNode[];
}

export interface PlannedNode {
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  /** The installer image, complete reference. */
  readonly image: string;
  readonly from: string;
  readonly schematic: string;
  /** Asserted before the node's first mutation. */
  readonly expects: {
    readonly version: string;
    readonly schematic: string;
    readonly extensions: readonly string[];
  };
  /** Why it is not touched; undefined: it is. */
  readonly skip?: 'already-on-target';
  readonly canary: boolean;
  /** A human cordoned this worker: it is upgraded and left cordoned. */
  readonly keepCordon: boolean;
  /** An earlier run left its marks on the node (`run/<cluster>/<n>`): this run takes them over and lifts them. */
  readonly adopts?: string;
  /** Milliseconds the workload gates are watched afterwards. */
  readonly soak: number;
}

/** A node of the plan that would be stopped at, as things stand. */
export interface BlockedNode {
  readonly node: string;
  readonly reason: Reason;
}

/** What planning answers. */
export type Planned =
  | { readonly verdict: 'planned'; readonly plan: UpgradePlan }
  | { readonly verdict: 'nothing-to-do'; readonly reason: Reason }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
