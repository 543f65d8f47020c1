import { defineUpdate } from '@temporalio/workflow';
import type { Origin } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { Hold } from '../planning/report/run-result.js';
import type { EnqueueInput } from './messages.js';

export type EnqueueAnswer =
  | { readonly verdict: 'started'; readonly run: number; readonly workflowId: string }
  | { readonly verdict: 'refused'; readonly reason: Reason };

/** To `clusterQueue` (update-with-start): starts the next run, or says why not. */
export const enqueueUpgrade = defineUpdate<EnqueueAnswer, [EnqueueInput]>('enqueue');

export interface ReleaseInput {
  readonly by: string;
  readonly why: string;
}
export type ReleaseAnswer =
  | ({ readonly verdict: 'released'; readonly hold: Hold } & Begun)
  | {
      readonly verdict: 'not-held';
      /** The run that is open as far as the queue knows; it may have ended a moment ago, and leave a hold. */
      readonly open: number | null;
    };

/** To `clusterQueue`: lifts the hold. Touches no node. */
export const releaseCluster = defineUpdate<ReleaseAnswer, [ReleaseInput]>('release');

/** What happened to the pending merge. */
export interface Begun {
  /** It started. */
  readonly started?: StartedRun;
  /** It is blocked until a person decides: why. */
  readonly stays?: BlockedMerge;
}

/** A merge that does not begin automatically. */
export interface BlockedMerge {
  readonly target: string;
  readonly reason: Reason;
}

/** A run that began because the obstacle is gone. */
export interface StartedRun {
  readonly run: number;
  readonly target: string;
}

/** A merge to enqueue. */
export interface EnqueueMerge {
  /** Identical for every delivery of the same merge: it is enqueued once. */
  readonly key: string;
  readonly input: EnqueueInput;
}
export type EnqueueMergeAnswer =
  | { readonly verdict: 'started'; readonly run: number }
  /**
   * It begins automatically once `reason` is gone; not at all, where its version was rolled back. `instead`, `insteadOf`: target and
   * origin of the older pending merge that it replaced.
   */
  | {
      readonly verdict: 'waits';
      readonly reason: Reason;
      readonly instead?: string;
      readonly insteadOf?: Origin;
    }
  /** Another delivery of the same merge was enqueued before. */
  | { readonly verdict: 'known' }
  | { readonly verdict: 'refused'; readonly reason: Reason };
/** To `clusterQueue` (update-with-start): enqueues a merge. Where no run may begin now it waits; only the newest merge stays pending. */
export const enqueueMerge = defineUpdate<EnqueueMergeAnswer, [EnqueueMerge]>('enqueueMerge');

/** What git declares instead of the pending merge, or of the open run's version: a merge was reverted. */
export interface CancelPending {
  /** The version that is declared now; left out: none is. */
  readonly talos?: string;
  /** The commit that declares it. */
  readonly commit: string;
  /** The delivery that reports it. */
  readonly delivery?: string;
}
export interface CancelPendingAnswer {
  /** The cancelled merge. */
  readonly cancelled?: {
    readonly target: string;
    readonly origin?: Origin;
    /** The delivery that came first: all deliveries of one commit get the same answer. */
    readonly delivery?: string;
  };
}
/** To `clusterQueue` (update-with-start): cancels the pending merge of a version that git no longer declares. */
export const cancelPending = defineUpdate<CancelPendingAnswer, [CancelPending]>('cancelPending');

/** No run of the cluster begins, until `unfreeze`. */
export interface Freeze {
  readonly by: string;
  readonly why: string;
  /** ISO time. */
  readonly since: string;
}
export interface FreezeInput {
  readonly by: string;
  readonly why: string;
}
export interface FreezeAnswer {
  readonly verdict: 'frozen' | 'frozen-already';
  readonly freeze: Freeze;
  /** The open run, which continues. */
  readonly open: number | null;
}
/** To `clusterQueue`: blocks new runs. An open one continues; `pause` and `abort` stop it. */
export const freezeCluster = defineUpdate<FreezeAnswer, [FreezeInput]>('freeze');
export type UnfreezeAnswer =
  | ({ readonly verdict: 'unfrozen'; readonly freeze: Freeze } & Begun)
  | { readonly verdict: 'not-frozen' };
/** To `clusterQueue`: allows runs again, and begins the pending merge. */
export const unfreezeCluster = defineUpdate<UnfreezeAnswer, [FreezeInput]>('unfreeze');

/** Who allowed runs again, and why. */
export interface Lifted {
  readonly by: string;
  readonly why: string;
  /** ISO time. */
  readonly at: string;
}

/** The last release and the last unfreeze. */
export interface LastLifted {
  /** `run`: the one whose hold it was. */
  readonly release?: Lifted & { readonly run: number };
  readonly unfreeze?: Lifted;
}

/** The pending merge: the newest. */
export interface PendingMerge {
  readonly target: string;
  readonly commit?: string;
  /** As the git host names it; left out, as the pull request is: no merge asked for it. */
  readonly repository?: string;
  readonly pullRequest?: number;
  readonly since: string;
  /** Why it does not begin automatically. */
  readonly blockedVersion?: BlockedVersion;
}

/** A rolled-back version: no merge brings it again automatically. */
export interface BlockedVersion {
  readonly talos: string;
  /** The run in which a node rolled back from it, or that rolled another run back. */
  readonly run: number;
  /** ISO time at which that run had ended. */
  readonly since: string;
  /** The node that rolled back, or one of several; left out: a whole run was rolled back. */
  readonly wentBack?: string;
}

/** Memo of `clusterQueue`, read by describe (no worker needed): the hold, the open run, the last number. */
export interface QueueMemo {
  readonly hold: Hold | null;
  readonly open: {
    readonly run: number;
    readonly target: string;
    readonly since: string;
    /** It is a run rollback. */
    readonly back?: true;
  } | null;
  readonly lastRun: number;
  /** Left out, as what follows: nothing. */
  readonly waiting?: PendingMerge;
  readonly frozen?: Freeze;
  /** The newest last. */
  readonly blockedVersions?: readonly BlockedVersion[];
  readonly lifted?: LastLifted;
}
