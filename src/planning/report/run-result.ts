import type { NodeBefore } from '../node/classify-node.js';
import type { RebootMode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import type { StepName } from '../steps/node-steps.js';
import type { LeftToChange } from '../terraform/left-to-change.js';

/** The named states a node can be left in; reports and messages show each of them. */
export type NodeState =
  /** Nothing was changed on it. */
  | 'untouched'
  /** Cordoned by this run, nothing else. */
  | 'cordoned'
  /** Was cordoned (and perhaps drained), and is returned to what it was. */
  | 'undone'
  /** The request was or may have been sent; the node shows no sign of it. */
  | 'install-unknown'
  /** The new version is installed, and boots with the next reboot, whatever causes it. */
  | 'armed'
  /** Pulls, installs or shuts down for the new version. */
  | 'installing'
  | 'rebooting'
  /** Terraform was started to replace its machine, or may have been: the old one, a new one or none may stand there. */
  | 'replacing'
  /** Its machine is a new one, which has not joined the cluster. */
  | 'not-joined'
  /** Runs the wanted version. */
  | 'on-target'
  /** Rolled back to its previous version, and runs that healthily. */
  | 'rolled-back'
  /** Booted again, on its previous version. */
  | 'back-on-old'
  | 'unreachable'
  /** Its workflow ended without a result: terminated, or broken. */
  | 'unknown';

export interface StepRecord {
  readonly step: StepName;
  readonly startedAt: string;
  /** Milliseconds. */
  readonly took: number;
  /** One sentence with the observation: gates with numbers, pods evicted, versions. */
  readonly note?: string;
}

export interface NodeResult {
  readonly node: string;
  readonly outcome: 'done' | 'skipped' | 'undone' | 'halted';
  readonly state: NodeState;
  /** Why it was undone or halted. */
  readonly reason?: Reason;
  /** The step that failed. */
  readonly failedStep?: StepName;
  /** Halted with the cordon of this run still on it. */
  readonly cordoned?: true;
  /** Why an undo failed too. */
  readonly undoFailed?: Reason;
  readonly from: string;
  readonly to: string;
  /** How it was, or would have been, rebooted. */
  readonly rebootMode?: RebootMode;
  readonly attempt: number;
  /** Who had the run skip it, and why: `Ada: its disk is being replaced`. */
  readonly skippedBy?: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly steps: readonly StepRecord[];
  /** Halted: its facts before this attempt, where they were recorded. Its rollback compares with them. */
  readonly before?: NodeBefore;
}

export interface SnapshotRecord {
  /** File name inside the snapshot folder. */
  readonly file: string;
  readonly takenAt: string;
  /** The member it was read from. */
  readonly from: string;
  /** Bytes of the snapshot before encryption. */
  readonly bytes: number;
  /** SHA-256 (hex) of the encrypted file. */
  readonly sha256: string;
  readonly revision: number;
  readonly keys: number;
  /** Restored by etcdutl into an empty folder, and the revision there compared. */
  readonly proven: boolean;
}

/** A command that a person sent to a run while it was open. */
export interface Decision {
  readonly kind:
    | 'abort'
    | 'pause'
    | 'resume'
    | 'approve'
    | 'reject'
    | 'retry'
    | 'skip'
    | 'rollback'
    | 'start-now';
  readonly by: string;
  readonly why: string;
  /** ISO time. */
  readonly at: string;
  /** Channel of the command; left out: the CLI. */
  readonly from?: string;
  /** The hash of the plan that was approved or rejected. */
  readonly plan?: string;
  /** The node of the decision. */
  readonly node?: string;
  /** The node was to be skipped, and halted first: the command had no effect. */
  readonly tooLate?: true;
}

/** Outcome of a node. Its steps are in the result of its own workflow. */
export type NodeEnding = Omit<NodeResult, 'steps' | 'before'>;

/** Number of nodes by outcome; in a run of several hops a node counts once for each. */
export interface NodeCounts {
  readonly done: number;
  readonly skipped: number;
  readonly undone: number;
  readonly halted: number;
  /** In the plan, and never begun. */
  readonly notBegun: number;
}

/**
 * The result of a run: a few KiB, however large the cluster, since Temporal accepts 2 MiB as one value. The plan, the order, each node's
 * steps, snapshots and commands are in the run's history already, each where it occurred; a report reads them there.
 */
export interface RunResult {
  readonly cluster: string;
  readonly run: number;
  /** `incomplete`: every node is healthy, and at least one that was skipped does not run the target. The cluster is not held. */
  readonly outcome: 'done' | 'incomplete' | 'nothing-to-do' | 'refused' | 'halted' | 'aborted';
  /** Why; empty for `done`. At most twenty: every reason of a refusal is in the result of `planUpgrade`. */
  readonly reasons: readonly Reason[];
  readonly target: string;
  readonly declared: boolean;
  readonly requestedBy: string;
  /** The git commit of the inventory, where it is in a git checkout. */
  readonly commit?: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly counts: NodeCounts;
  /**
   * The nodes that were begun and did not reach their target. At most one batch, since the first failure ends the run. Their own workflows
   * do not know all of it: whose failure stopped them, and that they ended without a result.
   */
  readonly notDone: readonly NodeEnding[];
  /** After the last node, where slipway.yaml names a Terraform: what it would still change, with what git declares. */
  readonly terraform?: LeftToChange;
  /**
   * Messages that reached no receiver; left out: none. The outcome of a message at each receiver is in the result of `sendNotification`.
   */
  readonly undelivered?: Undelivered;
}

/** Messages that reached no receiver. */
export interface Undelivered {
  readonly messages: number;
  /** Of the last of them: a sentence without a full stop. */
  readonly why: string;
}

/** What the queue keeps until a person releases it. It outlives the run. */
export interface Hold {
  readonly run: number;
  readonly since: string;
  readonly outcome: 'halted' | 'aborted' | 'failed' | 'terminated';
  readonly reasons: readonly Reason[];
}
