import type { Decision, NodeState, RunResult, SnapshotRecord } from '../../planning/report/run-result.js';
import type { HoldState } from '../../planning/report/hold-state.js';
import type { PlanApproval, PlannedNode, UpgradePlan } from '../../planning/plan/plan.js';
import type { Reason } from '../../planning/reasons/reason.js';
import type { Role } from '../../planning/node/observation.js';
import type { Notifications } from '../../planning/report/run-report.js';
import type { StepName } from '../../planning/steps/node-steps.js';
import type { RunInput } from '../../workflows/messages.js';
import type { Pollers } from '../../starter/look-for-workers.js';
import type { PendingActivity, PendingWorkflowTask } from './pending-work.js';

/** The outcome of a run: its own, or that it was terminated or its workflow failed. */
export type RunOutcome = RunResult['outcome'] | 'failed' | 'terminated';

/** The view of one run, made from Temporal's record only, so no worker needs to be up. */
export interface RunView {
  readonly cluster: string;
  readonly run: number;
  readonly workflowId: string;
  readonly target: string;
  /** Whether git declares that target. */
  readonly declared: boolean;
  readonly requestedBy: string;
  /** The run's input; undefined where it cannot be read. */
  readonly input: RunInput | undefined;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** Undefined while it is open. */
  readonly outcome: RunOutcome | undefined;
  /** The state of the hold it left; undefined: it left none, or the queue was not read. */
  readonly hold: HoldState | undefined;
  /** Why it did not end as `done`; while it is open, what has failed so far. */
  readonly reasons: readonly Reason[];
  /** Undefined until it is made. */
  readonly plan: UpgradePlan | undefined;
  /** The order of the last hop that has one; empty: none yet. */
  readonly order: readonly string[];
  /** Hop after hop, in their order as far as it is known. */
  readonly nodes: readonly NodeView[];
  /** Past and current work of the run between nodes, in order. */
  readonly work: readonly Work[];
  /** Set once somebody requested an abort or a cancel. */
  readonly abort: AbortView | undefined;
  /** Set once it waits for approval of its plan; `endedAt` undefined: it still waits. */
  readonly approval: ApprovalView | undefined;
  /** Set from the request for a pause until somebody resumed, or the run ended. */
  readonly pause: PauseView | undefined;
  /** Every time it was paused. */
  readonly pauses: readonly PauseTime[];
  /** Every time it was halted and waited for a decision. */
  readonly halts: readonly PauseTime[];
  /** Every time it waited for a maintenance window; `until`: when one opens. */
  readonly windows: readonly PauseTime[];
  /** Why automatic rollbacks of nodes were not possible. */
  readonly noRollback: readonly Reason[];
  /** People's decisions, in order. */
  readonly decisions: readonly Decision[];
  readonly snapshots: readonly SnapshotRecord[];
  /** Delivered and undelivered notifications; undefined: the run notifies nobody. */
  readonly telling: Notifications | undefined;
  /** The next decision of the run's workflow, when it is due. */
  readonly workflowTask: PendingWorkflowTask | undefined;
  /** Whether a worker polls its task queue; undefined: not checked. */
  readonly workers: ObservedWorkers | undefined;
  /** The run's result. */
  readonly result: RunResult | undefined;
}

/** The pollers of the run's task queue, and the command that starts a worker. */
export interface ObservedWorkers extends Pollers {
  readonly startWith: string;
}

export interface AbortView {
  readonly by: string;
  readonly why: string;
  /** ISO time. */
  readonly at: string;
}

export interface ApprovalView extends PauseTime {
  /** The plan's hash. */
  readonly plan: string;
  /** Why it needs approval. */
  readonly needs: readonly PlanApproval[];
  readonly answer: Decision | undefined;
  /** How many different people must approve, and the approvals so far; left out: one is enough. */
  readonly approvers?: number;
  readonly yes?: readonly Decision[];
}

export interface PauseView {
  readonly by: string;
  readonly why: string;
  /** ISO time of the request. */
  readonly at: string;
  /** Milliseconds it lasts at most, from when no node is under way; undefined: unknown. */
  readonly limit: number | undefined;
  /** The wait; undefined while running nodes are finished. */
  readonly waiting: PauseTime | undefined;
}

/** ISO times. */
export interface PauseTime {
  readonly since: string;
  /** When the run ends automatically unless somebody lets it continue. */
  readonly until: string;
  /** Undefined: it lasts. */
  readonly endedAt: string | undefined;
}

export interface NodeView {
  readonly name: string;
  /** Which hop of the plan, from 0. */
  readonly hop: number;
  /** Which batch of the hop, from 0: nodes of one batch run in parallel. */
  readonly batch: number;
  readonly role: Role;
  readonly from: string;
  readonly to: string;
  /** `waiting`: not started. */
  readonly state: 'waiting' | 'running' | 'done' | 'skipped' | 'undone' | 'halted';
  readonly plan: PlannedNode;
  /** False: the run has initiated its workflow, and Temporal has not started it yet. */
  readonly begun: boolean;
  /** It led etcd when the order was made. */
  readonly leads: boolean;
  /** The attempt, counted by people's retries. */
  readonly attempt: number;
  /** ISO times. */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly steps: readonly StepView[];
  /** Current work. */
  readonly work: readonly Work[];
  readonly workflowTask: PendingWorkflowTask | undefined;
  readonly reason: Reason | undefined;
  readonly failedStep: StepName | undefined;
  /** The named state it was left in. */
  readonly leftAs: NodeState | undefined;
  /** Halted, and still cordoned by this run. */
  readonly cordoned: boolean;
  /** Why the undo failed too. */
  readonly undoFailed: Reason | undefined;
  /** Who skipped it, and why. */
  readonly skippedBy: string | undefined;
}

export interface StepView {
  readonly step: StepName;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** The observation. */
  readonly note: string | undefined;
  /** It undoes an earlier step. */
  readonly undo: boolean;
}

/** Past or current work. */
export interface Work {
  /** The node's step, or what the run does. */
  readonly name: string;
  /** What it does, present tense. */
  readonly does: string;
  /** ISO time. */
  readonly since: string;
  /** ISO time; undefined: it goes on. */
  readonly endedAt: string | undefined;
  readonly pending: PendingActivity | undefined;
}
