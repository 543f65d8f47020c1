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

/** What became of what waited. */
export interface Begun {
  /** It begins. */
  readonly started?: StartedRun;
  /** It stays, for a person: why. */
  readonly stays?: StayingOffer;
}

/** What was merged, and does not begin automatically. */
export interface StayingOffer {
  readonly target: string;
  readonly reason: Reason;
}

/** A run that began because what kept it from beginning is gone. */
export interface StartedRun {
  readonly run: number;
  readonly target: string;
}

/** What a merge wants. */
export interface Offer {
  /** The same for every delivery of the same merge: it is taken once. */
  readonly key: string;
  readonly input: EnqueueInput;
}
export type OfferAnswer =
  | { readonly verdict: 'started'; readonly run: number }
  /** It begins automatically once `reason` is gone, or, where its version was rolled back, not at all. `instead`: the target of an older offer that does not begin any more, with its merge. */
  | {
      readonly verdict: 'waits';
      readonly reason: Reason;
      readonly instead?: string;
      readonly insteadOf?: Origin;
    }
  /** It was taken before, by another delivery of the same merge. */
  | { readonly verdict: 'known' }
  | { readonly verdict: 'refused'; readonly reason: Reason };
/** To `clusterQueue` (update-with-start): a merge wants a version. Where no run may begin now it waits; of those that wait the newest stays. */
export const offerUpgrade = defineUpdate<OfferAnswer, [Offer]>('offer');

/** What git declares instead of what waits, or of what an open run brings: a merge was reverted. */
export interface Withdrawal {
  /** The version that is declared now; left out: none is. */
  readonly talos?: string;
  /** The commit that declares it. */
  readonly commit: string;
  /** The delivery that says so. */
  readonly delivery?: string;
}
export interface WithdrawAnswer {
  /** What does not begin any more. */
  readonly withdrawn?: {
    readonly target: string;
    readonly origin?: Origin;
    /** The delivery that came first: all of one commit are answered alike. */
    readonly delivery?: string;
  };
}
/** To `clusterQueue` (update-with-start): what waits for another version is not declared any more, so it does not begin. */
export const withdrawOffer = defineUpdate<WithdrawAnswer, [Withdrawal]>('withdraw');

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
  /** The run that is open: it goes on. */
  readonly open: number | null;
}
/** To `clusterQueue`: no run begins. One that is open goes on; `pause` and `abort` are for that. */
export const freezeCluster = defineUpdate<FreezeAnswer, [FreezeInput]>('freeze');
export type UnfreezeAnswer =
  | ({ readonly verdict: 'unfrozen'; readonly freeze: Freeze } & Begun)
  | { readonly verdict: 'not-frozen' };
/** To `clusterQueue`: runs may begin again, and what waits does. */
export const unfreezeCluster = defineUpdate<UnfreezeAnswer, [FreezeInput]>('unfreeze');

/** Who let runs begin again, and why. */
export interface Lifted {
  readonly by: string;
  readonly why: string;
  /** ISO time. */
  readonly at: string;
}

/** Who lifted what kept runs from beginning, the last time each. */
export interface LastLifted {
  /** `run`: the one whose hold it was. */
  readonly release?: Lifted & { readonly run: number };
  readonly unfreeze?: Lifted;
}

/** What waits to begin: of what was merged, the newest. */
export interface WaitingOffer {
  readonly target: string;
  readonly commit?: string;
  /** As the git host names it; left out, as the pull request is: no merge asked for it. */
  readonly repository?: string;
  readonly pullRequest?: number;
  readonly since: string;
  /** Why it does not begin automatically. */
  readonly blockedVersion?: BlockedVersion;
}

/** A version that did not stay: no merge brings it again automatically. */
export interface BlockedVersion {
  readonly talos: string;
  /** The run in which a node rolled back from it, or that took another run back. */
  readonly run: number;
  /** ISO time at which that run had ended. */
  readonly since: string;
  /** The node that rolled back, of several one; left out: a whole run was rolled back. */
  readonly wentBack?: string;
}

/** Memo of `clusterQueue`, read by describe (no worker needed): the hold, the open run, the last number. */
export interface QueueMemo {
  readonly hold: Hold | null;
  readonly open: {
    readonly run: number;
    readonly target: string;
    readonly since: string;
    /** It takes another run back. */
    readonly back?: true;
  } | null;
  readonly lastRun: number;
  /** Left out, as what follows: nothing. */
  readonly waiting?: WaitingOffer;
  readonly frozen?: Freeze;
  /** The newest last. */
  readonly blockedVersions?: readonly BlockedVersion[];
  readonly lifted?: LastLifted;
}
