import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Inventory } from '../inventory/schema.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { RollbackCosts } from '../planning/rollback/rollback-costs.js';

/** The one task queue that the workers of a site poll. */
export const defaultTaskQueue = 'slipway';

/** The namespace Slipway's runs live in, unless TEMPORAL_NAMESPACE or a profile names another than `default`. */
export const defaultNamespace = 'slipway';

/** Workflow ids are readable: people see them in the Web UI. */
export const queueId = (cluster: string): string => `cluster/${cluster}`;
export const runId = (cluster: string, run: number): string => `run/${cluster}/${run}`;
export const nodeId = (cluster: string, run: number, hop: number, node: string, attempt: number): string =>
  `${runId(cluster, run)}/${hop}/${node}/${attempt}`;

/** Workflow types, as history and visibility queries name them. */
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
/** To `upgradeCluster`: a newer merge wants another version. A run that has touched nothing ends; any other continues. */
export const supersedeRun = defineSignal<[SupersedeInput]>('supersede');

export interface AbortInput {
  readonly by: string;
  readonly why: string;
}
/** To `upgradeCluster`: a cancel with a name and a reason. */
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
/** To `upgradeCluster`: ends the pause. */
export const resumeRun = defineUpdate<{ readonly verdict: 'resumed' | 'not-paused' }, [PauseInput]>('resume');

export interface StartNowInput {
  readonly by: string;
  readonly why: string;
}
export interface StartNowAnswer {
  /** `no-windows`: slipway.yaml has none, or a rollback does not wait for them. */
  readonly verdict: 'starts' | 'starts-already' | 'no-windows' | 'ending-already';
}
/** To `upgradeCluster`: begins nodes outside the maintenance window, from now to the end of the run. */
export const startNow = defineUpdate<StartNowAnswer, [StartNowInput]>('startNow');

/** A person's answer to a plan. */
export interface ApprovalInput {
  /** The plan's hash, or its first characters. */
  readonly plan: string;
  /** `github:ada` and `token:ci` were authenticated where they came from; any other name is unverified. */
  readonly by: string;
  readonly why: string;
  /** Where it came from: which comment, or the starter's API; left out: a command. */
  readonly from?: string;
}
/** An answer as it is kept: with the whole hash, and the ISO time. */
export interface Approval extends ApprovalInput {
  readonly at: string;
}
export interface ApproveAnswer {
  /** `approved-already`: `approval` is the one that counts. `approved-by-one`: another approver is required. */
  readonly verdict: 'approved' | 'approved-already' | 'approved-by-one';
  readonly approval: Approval;
}
export interface RejectAnswer {
  readonly verdict: 'rejected';
  readonly rejection: Approval;
}
/** To `upgradeCluster`: approves the plan. Rejected, with a sentence, where no such plan waits for approval. */
export const approvePlan = defineUpdate<ApproveAnswer, [ApprovalInput]>('approve');
/** To `upgradeCluster`: rejects the plan; the run ends. */
export const rejectPlan = defineUpdate<RejectAnswer, [ApprovalInput]>('reject');

/**
 * Approval and rejection as signals, with an ApprovalInput as JSON. The input is untrusted. A signal has no response: the run's details
 * show the result.
 */
export const approveBySignal = defineSignal<[unknown]>('approve');
export const rejectBySignal = defineSignal<[unknown]>('reject');

/** `from` of an answer that came by signal. */
export const bySignal = 'a signal, which proves no name';

/** Memo of `upgradeCluster`: an answer to its plan that came by signal and counts. Answers to updates are in the history. */
export interface SignalledMemo {
  readonly signalled: { readonly kind: 'approve' | 'reject' } & Approval;
}

/** Characters a decision keeps, at most. */
export const decisionMost = { node: 253, by: 200, why: 2_000 } as const;

/** A person's decision about one node of an open run. */
export interface NodeDecisionInput {
  readonly node: string;
  readonly by: string;
  readonly why: string;
}
export type RetryAnswer =
  /** It is retried, with these steps. */
  | { readonly verdict: 'retrying'; readonly node: string; readonly steps: readonly StepName[] }
  /** It cannot be retried in its present state: nothing changed, and the run still waits. */
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
export interface SkipAnswer {
  /** `stopping`: the node is under work. It is undone, or finished where its install was sent. If it halts, the run still waits. */
  readonly verdict: 'skipped' | 'stopping';
  readonly node: string;
}
/** To `upgradeCluster`: observes a node that halted the run, and retries it from its present state. */
export const retryNode = defineUpdate<RetryAnswer, [NodeDecisionInput]>('retry');
/** To `upgradeCluster`: the run continues without that node. */
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
/** To `upgradeCluster`: rolls a node that halted the run back to the version it ran before. */
export const rollBackNode = defineUpdate<RollbackAnswer, [NodeDecisionInput]>('rollback');

/** Summary of the timer while a halted run waits for a decision: it distinguishes that wait from a pause. */
export const decisionTimer = 'a person decides';

/** Summary of the timer while a run waits for a maintenance window. */
export const windowTimer = 'the maintenance window opens';

/** Summaries of the reminder timers, and of the timer that limits the last deliveries of a run. */
export const remindTimer = 'people are reminded';
export const tellTimer = 'the last messages are delivered';

/** Who leaves out a worker that cannot be drained, and why: slipway.yaml says so. */
export const leftOutByItself = 'Slipway itself: upgrade.workers.undrained';

/** Milliseconds an attempt may take beyond the step's limit: to finish its preflight check, and to report. */
export const attemptGraceMs = 120_000;

/** What activities put into their heartbeat while they wait: status, watch and the Web UI show it. */
export interface Waiting {
  /** A sentence: what it waits for. */
  readonly waitingFor: string;
  /** The reason for the wait, so that the caller can show what to type; left out: there is none. */
  readonly reason?: Reason;
  /** ISO times. */
  readonly since: string;
  readonly until: string;
}
