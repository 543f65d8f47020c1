import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Inventory } from '../inventory/schema.js';
import type { StepName } from '../planning/node-steps.js';
import type { Origin, UpgradeRequest } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import type { Hold } from '../planning/run-result.js';
import type { WayBackCosts } from '../planning/way-back-costs.js';

/** The one task queue workers of a site poll. */
export const defaultTaskQueue = 'slipway';

/** The namespace Slipway's runs live in, unless TEMPORAL_NAMESPACE or a profile names another than `default`. */
export const defaultNamespace = 'slipway';

/** Workflow ids: people read them, so they say what they are. */
export const queueId = (cluster: string): string => `cluster/${cluster}`;
export const runId = (cluster: string, run: number): string => `run/${cluster}/${run}`;
export const nodeId = (cluster: string, run: number, hop: number, node: string, attempt: number): string =>
  `${runId(cluster, run)}/${hop}/${node}/${attempt}`;

/** Workflow type names, as they stand in history and in visibility queries. */
export const workflowTypes = { queue: 'clusterQueue', run: 'upgradeCluster', node: 'upgradeNode' } as const;

/** Search attributes (all keywords), and no more: SQL visibility has ten slots of each type. */
export const searchAttributes = {
  cluster: 'SlipwayCluster',
  target: 'SlipwayTarget',
  strategy: 'SlipwayStrategy',
  phase: 'SlipwayPhase',
  waitingFor: 'SlipwayWaitingFor',
} as const;

/** Phases of a run, as `SlipwayPhase` shows them. */
export type Phase =
  | 'planning'
  | 'approval'
  | 'snapshot'
  | 'upgrading'
  | 'paused'
  | 'window'
  | 'decision'
  | 'aborting'
  | 'done'
  | 'halted'
  | 'aborted'
  | 'refused'
  | 'nothing-to-do';

/** What `upgradeCluster` starts with. The inventory holds references to credentials, never credentials. */
export interface RunInput {
  readonly request: UpgradeRequest;
  readonly run: number;
  readonly inventory: Inventory;
  /** The folder of slipway.yaml: where relative credential files start, unless the worker has a setting of its own. */
  readonly base: string;
  /** Only these nodes; empty: all. */
  readonly only: readonly string[];
}

export type EnqueueInput = Omit<RunInput, 'run'>;

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
  /** `started`: what waited for it begins. */
  | { readonly verdict: 'released'; readonly hold: Hold; readonly started?: StartedRun }
  | { readonly verdict: 'not-held' };

/** To `clusterQueue`: lifts the hold. Touches no node. */
export const releaseCluster = defineUpdate<ReleaseAnswer, [ReleaseInput]>('release');

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
  /** It begins by itself once `reason` is gone. `instead`: the target of an older offer that does not begin any more, with its merge. */
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

/** What git declares instead of what waits, or of what an open run brings: a merge went back. */
export interface Withdrawal {
  /** The version that is declared now; left out: none is. */
  readonly talos?: string;
  /** The commit that declares it. */
  readonly commit: string;
}
export interface WithdrawAnswer {
  /** What does not begin any more. */
  readonly withdrawn?: { readonly target: string; readonly origin?: Origin };
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
  | { readonly verdict: 'unfrozen'; readonly freeze: Freeze; readonly started?: StartedRun }
  | { readonly verdict: 'not-frozen' };
/** To `clusterQueue`: runs may begin again, and what waits does. */
export const unfreezeCluster = defineUpdate<UnfreezeAnswer, [FreezeInput]>('unfreeze');

/** What waits to begin: of what was merged, the newest. */
export interface WaitingOffer {
  readonly target: string;
  readonly commit?: string;
  readonly since: string;
}

/** Memo of `clusterQueue`, read by describe (no worker needed): the hold, the open run, the last number. */
export interface QueueMemo {
  readonly hold: Hold | null;
  readonly open: { readonly run: number; readonly target: string; readonly since: string } | null;
  readonly lastRun: number;
  /** Left out: by releases that knew neither. */
  readonly waiting?: WaitingOffer | null;
  readonly frozen?: Freeze | null;
}

export interface SupersedeInput {
  readonly target: string;
  readonly commit?: string;
}
/** From the queue to `upgradeCluster`: a newer merge wants another version. A run that has touched nothing ends; any other goes on. */
export const supersedeRun = defineSignal<[SupersedeInput]>('supersede');

export interface AbortInput {
  readonly by: string;
  readonly why: string;
}
/** To `upgradeCluster`: the same as a cancel, with a name and a reason. */
export const abortRun = defineUpdate<{ readonly verdict: 'aborting' }, [AbortInput]>('abort');

export interface PauseInput {
  readonly by: string;
  readonly why: string;
}
export interface PauseAnswer {
  /** `pausing`: the nodes under way are finished first. */
  readonly verdict: 'pausing' | 'paused-already' | 'ending-already';
  /** Milliseconds the pause lasts at most, counted from when no node is under way. */
  readonly limit: number;
}
/** To `upgradeCluster`: no further node is begun until `resume`. */
export const pauseRun = defineUpdate<PauseAnswer, [PauseInput]>('pause');
/** To `upgradeCluster`: goes on. */
export const resumeRun = defineUpdate<{ readonly verdict: 'resumed' | 'not-paused' }, [PauseInput]>('resume');

export interface StartNowInput {
  readonly by: string;
  readonly why: string;
}
export interface StartNowAnswer {
  /** `no-windows`: slipway.yaml has none, or a way back does not wait for them. */
  readonly verdict: 'starts' | 'starts-already' | 'no-windows' | 'ending-already';
}
/** To `upgradeCluster`: nodes are begun although the maintenance window is closed, from now to the end of the run. */
export const startNow = defineUpdate<StartNowAnswer, [StartNowInput]>('startNow');

/** What a person says to a plan. */
export interface ApprovalInput {
  /** The plan's hash, or how it begins. */
  readonly plan: string;
  readonly by: string;
  readonly why: string;
}
/** The same as it is kept: with the whole hash, and the ISO time. */
export interface Approval extends ApprovalInput {
  readonly at: string;
}
export interface ApproveAnswer {
  /** `approved-already`: `approval` is the one that counts. */
  readonly verdict: 'approved' | 'approved-already';
  readonly approval: Approval;
}
export interface RejectAnswer {
  readonly verdict: 'rejected';
  readonly rejection: Approval;
}
/** To `upgradeCluster`: the plan may be carried out. Refused, with a sentence, where no such plan waits for it. */
export const approvePlan = defineUpdate<ApproveAnswer, [ApprovalInput]>('approve');
/** To `upgradeCluster`: the plan is not carried out; the run ends. */
export const rejectPlan = defineUpdate<RejectAnswer, [ApprovalInput]>('reject');

/** What a person decides about one node of an open run. */
export interface NodeDecisionInput {
  readonly node: string;
  readonly by: string;
  readonly why: string;
}
export type RetryAnswer =
  /** It is begun once more, with these steps. */
  | { readonly verdict: 'retrying'; readonly node: string; readonly steps: readonly StepName[] }
  /** As it stands it cannot be: nothing changed, and the run goes on waiting. */
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
export interface SkipAnswer {
  /** `stopping`: it is under work, and is undone unless its install was sent: then it is finished. */
  readonly verdict: 'skipped' | 'stopping';
  readonly node: string;
}
/** To `upgradeCluster`: a node that halted the run is observed, and begun once more from what it is now. */
export const retryNode = defineUpdate<RetryAnswer, [NodeDecisionInput]>('retry');
/** To `upgradeCluster`: the run goes on without that node. */
export const skipNode = defineUpdate<SkipAnswer, [NodeDecisionInput]>('skip');

export type RollbackAnswer =
  /** It goes back with these steps; then the run ends, and the cluster is held. */
  | {
      readonly verdict: 'rolling-back';
      readonly node: string;
      readonly steps: readonly StepName[];
      /** Where its machine is made anew once more. */
      readonly costs?: WayBackCosts;
    }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
/** To `upgradeCluster`: a node that halted the run goes back to what it ran before. */
export const rollBackNode = defineUpdate<RollbackAnswer, [NodeDecisionInput]>('rollback');

/** The summary of the timer that runs while a halted run waits: by it the wait is told from a pause. */
export const decisionTimer = 'a person decides';

/** The same of the timer that runs while a maintenance window is waited for. */
export const windowTimer = 'the maintenance window opens';

/** By whom a worker is left out that cannot be emptied, and why: as slipway.yaml says. */
export const leftOutByItself = 'Slipway itself: upgrade.workers.undrained';

/** Milliseconds an attempt may take beyond the step's limit: to finish its last look, and to say so itself. */
export const attemptGraceMs = 120_000;

/** What activities put into their heartbeat while they wait: status, watch and the Web UI show it. */
export interface Waiting {
  /** A sentence: what it waits for. */
  readonly waitingFor: string;
  /** ISO times. */
  readonly since: string;
  readonly until: string;
}
