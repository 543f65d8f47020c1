import type { Decision, NodeState, RunResult, SnapshotRecord } from '../../planning/report/run-result.js';
import type { HoldState } from '../../planning/report/hold-state.js';
import type { PlanApproval, PlannedNode, UpgradePlan } from '../../planning/plan/plan.js';
import type { Reason } from '../../planning/reasons/reason.js';
import type { Role } from '../../planning/node/observation.js';
import type { Telling } from '../../planning/report/run-report.js';
import type { StepName } from '../../planning/steps/node-steps.js';
import type { RunInput } from '../../workflows/messages.js';
import type { Pollers } from '../../starter/look-for-workers.js';
import type { PendingActivity, PendingWorkflowTask } from './pending-work.js';

/** How a run ended. Beside what a run says of itself: it was terminated, or its workflow failed. */
export type RunOutcome = RunResult['outcome'] | 'failed' | 'terminated';

/** One run as people see it: made of Temporal's record alone, so no worker needs to be up. */
export interface RunView {
  readonly cluster: string;
  readonly run: number;
  readonly workflowId: string;
  readonly target: string;
  /** Whether git declares that target. */
  readonly declared: boolean;
  readonly requestedBy: string;
  /** What it was started with; undefined where that cannot be read. */
  readonly input: RunInput | undefined;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** Undefined while it is open. */
  readonly outcome: RunOutcome | undefined;
  /** What became of the hold it left; undefined: it left none, or nobody asked the queue. */
  readonly hold: HoldState | undefined;
  /** Why it did not end as `done`; or, while it is open, what has gone wrong so far. */
  readonly reasons: readonly Reason[];
  /** Undefined until it is made. */
  readonly plan: UpgradePlan | undefined;
  /** The order of the last hop for which it was settled; empty: it was not yet. */
  readonly order: readonly string[];
  /** Hop after hop, in the order they are taken, as far as it is known. */
  readonly nodes: readonly NodeView[];
  /** What the run itself has done and does between nodes, in order. */
  readonly work: readonly Work[];
  /** Set once somebody asked for an abort or a cancel. */
  readonly abort: AbortView | undefined;
  /** Set once it waits for a person's approval of its plan; `endedAt` undefined: it does. */
  readonly approval: ApprovalView | undefined;
  /** Set from when somebody asked for a pause until somebody resumed, or the run ended. */
  readonly pause: PauseView | undefined;
  /** Every time it stood still in a pause. */
  readonly pauses: readonly PauseTime[];
  /** Every time it was halted, and waited for a person to decide. */
  readonly halts: readonly PauseTime[];
  /** Every time it waited for a maintenance window; `until`: when one opens. */
  readonly windows: readonly PauseTime[];
  /** Why nodes that would have gone back by themselves could not. */
  readonly noRollback: readonly Reason[];
  /** What people said to it, in order. */
  readonly decisions: readonly Decision[];
  readonly snapshots: readonly SnapshotRecord[];
  /** Who was told of it, and what did not get there; undefined: it tells nobody. */
  readonly telling: Telling | undefined;
  /** The next decision of the run's workflow, when it is due. */
  readonly workflowTask: PendingWorkflowTask | undefined;
  /** Whether anybody works on its task queue; undefined: nobody looked. */
  readonly workers: ObservedWorkers | undefined;
  /** What the run answered at its end. */
  readonly result: RunResult | undefined;
}

/** Who polls the run's task queue, and what to type to start a worker. */
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
  /** How many different people must approve, and those who did; left out: one is enough. */
  readonly approvers?: number;
  readonly yes?: readonly Decision[];
}

export interface PauseView {
  readonly by: string;
  readonly why: string;
  /** ISO time at which somebody asked. */
  readonly at: string;
  /** Milliseconds it lasts at most, from when no node is under way; undefined: the record does not tell. */
  readonly limit: number | undefined;
  /** The wait itself; undefined while what is under way is finished. */
  readonly waiting: PauseTime | undefined;
}

/** ISO times. */
export interface PauseTime {
  readonly since: string;
  /** When the run ends automatically, if nobody says that it may go on. */
  readonly until: string;
  /** Undefined: it lasts. */
  readonly endedAt: string | undefined;
}

export interface NodeView {
  readonly name: string;
  /** Which hop of the plan, from 0. */
  readonly hop: number;
  /** Which batch of the hop, from 0: nodes of one batch are worked on together. */
  readonly batch: number;
  readonly role: Role;
  readonly from: string;
  readonly to: string;
  /** `waiting`: not started. */
  readonly state: 'waiting' | 'running' | 'done' | 'skipped' | 'undone' | 'halted';
  readonly plan: PlannedNode;
  /** False: Temporal has not started its workflow yet, though it is its turn. */
  readonly begun: boolean;
  /** It led etcd when the order was made. */
  readonly leads: boolean;
  /** Which try this is, counted by people's retries. */
  readonly attempt: number;
  /** ISO times. */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly steps: readonly StepView[];
  /** What goes on now. */
  readonly work: readonly Work[];
  readonly workflowTask: PendingWorkflowTask | undefined;
  readonly reason: Reason | undefined;
  readonly failedStep: StepName | undefined;
  /** The named state it was left in. */
  readonly leftAs: NodeState | undefined;
  /** Halted with the cordon of this run still on it. */
  readonly cordoned: boolean;
  /** Why an undo did not succeed either. */
  readonly undoFailed: Reason | undefined;
  /** Who had the run go on without it, and why. */
  readonly skippedBy: string | undefined;
}

export interface StepView {
  readonly step: StepName;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  /** What was seen. */
  readonly note: string | undefined;
  /** It undoes an earlier step. */
  readonly undo: boolean;
}

/** Something that goes on, or did. */
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
