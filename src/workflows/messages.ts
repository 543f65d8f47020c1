import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Inventory } from '../inventory/schema.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { RollbackCosts } from '../planning/rollback/rollback-costs.js';

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
  | 'incomplete'
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

/** What a queue is asked, and what it says of itself. */
export * from './queue-messages.js';

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
  /** `no-windows`: slipway.yaml has none, or a rollback does not wait for them. */
  readonly verdict: 'starts' | 'starts-already' | 'no-windows' | 'ending-already';
}
/** To `upgradeCluster`: nodes are begun although the maintenance window is closed, from now to the end of the run. */
export const startNow = defineUpdate<StartNowAnswer, [StartNowInput]>('startNow');

/** What a person says to a plan. */
export interface ApprovalInput {
  /** The plan's hash, or how it begins. */
  readonly plan: string;
  /** `github:ada` and `token:ci` were checked where they were said; any other name is what somebody typed. */
  readonly by: string;
  readonly why: string;
  /** From where: which comment, or the starter's API; left out: a command. */
  readonly from?: string;
}
/** The same as it is kept: with the whole hash, and the ISO time. */
export interface Approval extends ApprovalInput {
  readonly at: string;
}
export interface ApproveAnswer {
  /** `approved-already`: `approval` is the one that counts. `approved-by-one`: another person must approve, too. */
  readonly verdict: 'approved' | 'approved-already' | 'approved-by-one';
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

/** The same as signals, with an ApprovalInput as JSON; anybody may send anything. Nobody hears an answer: the run's details tell it. */
export const approveBySignal = defineSignal<[unknown]>('approve');
export const rejectBySignal = defineSignal<[unknown]>('reject');

/** From where a signal's answer is, as it is kept. */
export const bySignal = 'a signal, which proves no name';

/** Memo of `upgradeCluster`: an answer to its plan that came by signal and counts. Of updates the answer itself is in the history. */
export interface SignalledMemo {
  readonly signalled: { readonly kind: 'approve' | 'reject' } & Approval;
}

/** Characters of what a decision keeps, at most. */
export const decisionMost = { node: 253, by: 200, why: 2_000 } as const;

/** What a person decides about one node of an open run. */
export interface NodeDecisionInput {
  readonly node: string;
  readonly by: string;
  readonly why: string;
}
export type RetryAnswer =
  /** It is retried, with these steps. */
  | { readonly verdict: 'retrying'; readonly node: string; readonly steps: readonly StepName[] }
  /** As it stands it cannot be: nothing changed, and the run goes on waiting. */
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
export interface SkipAnswer {
  /** `stopping`: it is under work, and is undone unless its install was sent: then it is finished. Should it halt, the run waits all the same. */
  readonly verdict: 'skipped' | 'stopping';
  readonly node: string;
}
/** To `upgradeCluster`: a node that halted the run is observed, and retried from what it is now. */
export const retryNode = defineUpdate<RetryAnswer, [NodeDecisionInput]>('retry');
/** To `upgradeCluster`: the run goes on without that node. */
export const skipNode = defineUpdate<SkipAnswer, [NodeDecisionInput]>('skip');

export type RollbackAnswer =
  /** It rolls back with these steps; then the run ends, and the cluster is held. */
  | {
      readonly verdict: 'rolling-back';
      readonly node: string;
      readonly steps: readonly StepName[];
      /** Where its machine is replaced again. */
      readonly costs?: RollbackCosts;
    }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
/** To `upgradeCluster`: a node that halted the run rolls back to what it ran before. */
export const rollBackNode = defineUpdate<RollbackAnswer, [NodeDecisionInput]>('rollback');

/** The summary of the timer that runs while a halted run waits: by it the wait is told from a pause. */
export const decisionTimer = 'a person decides';

/** The same of the timer that runs while a maintenance window is waited for. */
export const windowTimer = 'the maintenance window opens';

/** The same of the timers until people are told again what waits for them, and until the end of a run waits no longer for its messages. */
export const remindTimer = 'people are reminded';
export const tellTimer = 'the last messages are told';

/** By whom a worker is left out that cannot be emptied, and why: as slipway.yaml says. */
export const leftOutByItself = 'Slipway itself: upgrade.workers.undrained';

/** Milliseconds an attempt may take beyond the step's limit: to finish its preflight check, and to say so itself. */
export const attemptGraceMs = 120_000;

/** What activities put into their heartbeat while they wait: status, watch and the Web UI show it. */
export interface Waiting {
  /** A sentence: what it waits for. */
  readonly waitingFor: string;
  /** The reason it says, so that whoever shows it can say what to type; left out: the sentence says no reason. */
  readonly reason?: Reason;
  /** ISO times. */
  readonly since: string;
  readonly until: string;
}
