import type { ResolvedOrder } from '../../activities/resolve-order.js';
import type { Planned } from '../../planning/plan/plan.js';
import type { RunResult, SnapshotRecord } from '../../planning/report/run-result.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { abortRun, runId, type AbortInput, type RunInput } from '../../workflows/messages.js';
import type { HistoryFacts } from './history-facts.js';
import {
  approvalOf,
  decisionsOf,
  haltsOf,
  ownRollbacksOf,
  pauseOf,
  pausesOf,
  windowsOf,
} from './view-of-decisions.js';
import type { AbortView, NodeView, RunOutcome, RunView } from './run-view.js';
import { notificationsOf } from './view-of-notifications.js';
import { viewOfNodes, type ObservedExecution } from './view-of-nodes.js';
import { worksOf } from './works-of.js';

/**
 * Makes the view of a run from its own execution and those of its open node workflows.
 *
 * @param children by workflow id. A closed child is not needed: its result is in the run's history.
 */
export function viewOfRun(
  cluster: string,
  run: number,
  { facts, pending }: ObservedExecution,
  children: ReadonlyMap<string, ObservedExecution>,
): RunView {
  // Our own enqueue writes it. Anything else on this workflow id is a bug, and the header then says "unknown".
  const input = facts.input as RunInput | undefined;
  const planned = resultOf(facts, 'planUpgrade') as Planned | undefined;
  const plan = planned?.verdict === 'planned' ? planned.plan : undefined;
  const result =
    facts.close?.ending === 'completed' ? (facts.close.result as RunResult | undefined) : undefined;
  const nodes = plan
    ? viewOfNodes({
        cluster,
        run,
        plan,
        facts,
        children,
        input,
        told: result?.notDone ?? [],
        decisions: decisionsOf(facts),
      })
    : [];
  const resolved = resultOf(facts, 'resolveOrder') as ResolvedOrder | undefined;
  return {
    cluster,
    run,
    workflowId: runId(cluster, run),
    target: input?.request.talos ?? 'unknown',
    declared: input?.request.declared ?? true,
    requestedBy: input?.request.requestedBy ?? 'unknown',
    input,
    startedAt: facts.startedAt,
    endedAt: facts.close?.at,
    outcome: outcomeOf(facts, result),
    hold: undefined,
    reasons: reasonsOf(facts, planned, result, nodes),
    plan,
    order: resolved?.order ?? [],
    nodes,
    work: worksOf(facts, pending),
    abort: abortOf(facts),
    approval: approvalOf(facts, plan),
    pause: pauseOf(facts, plan),
    pauses: pausesOf(facts, plan),
    halts: haltsOf(facts),
    windows: windowsOf(facts),
    noRollback: ownRollbacksOf(facts.activities).flatMap(({ answer }) =>
      answer.verdict === 'refused' ? answer.reasons : [],
    ),
    decisions: decisionsOf(facts),
    snapshots: facts.activities
      .filter((one) => one.name === 'takeSnapshot' && one.result)
      .map((one) => one.result as SnapshotRecord),
    telling: notificationsOf(facts, result?.undelivered),
    workflowTask: pending?.workflowTask,
    workers: undefined,
    result,
  };
}

/** Workflow ids of open node executions: only these need to be read. */
export function openChildren(facts: HistoryFacts): string[] {
  return facts.children.filter((child) => child.endedAt === undefined).map((child) => child.workflowId);
}

/** Node executions that ended without a result: their steps are only in their own histories. */
export function lostChildren(facts: HistoryFacts): string[] {
  return facts.children
    .filter((child) => child.endedAt !== undefined && child.ending !== 'completed')
    .map((child) => child.workflowId);
}

function outcomeOf(facts: HistoryFacts, result: RunResult | undefined): RunOutcome | undefined {
  if (!facts.close) return undefined;
  if (result) return result.outcome;
  if (facts.close.ending === 'cancelled') return 'aborted';
  return facts.close.ending === 'terminated' ? 'terminated' : 'failed';
}

function reasonsOf(
  facts: HistoryFacts,
  planned: Planned | undefined,
  result: RunResult | undefined,
  nodes: readonly NodeView[],
): readonly Reason[] {
  // The run's result has only some reasons; the refusal of the plan has all.
  const refusals = planned?.verdict === 'refused' ? planned.reasons : undefined;
  if (result) return refusals ?? result.reasons;
  const fromNodes = nodes.flatMap((node) => (node.reason && node.state !== 'waiting' ? [node.reason] : []));
  const failure = facts.close?.failure;
  if (failure) return [failure.reason ?? { kind: 'unexpected', message: failure.message }, ...fromNodes];
  return refusals ?? (planned?.verdict === 'nothing-to-do' ? [planned.reason] : fromNodes);
}

function abortOf(facts: HistoryFacts): AbortView | undefined {
  const update = facts.updates.find((one) => one.name === abortRun.name);
  if (update) {
    const input = update.arguments[0] as AbortInput | undefined;
    return { by: input?.by ?? 'unknown', why: input?.why ?? '', at: update.at };
  }
  return facts.cancel && { by: 'a cancel', why: facts.cancel.why, at: facts.cancel.at };
}

/** The last result of that activity. */
function resultOf(facts: HistoryFacts, activity: string): unknown {
  return facts.activities.findLast((one) => one.name === activity && one.ending === 'completed')?.result;
}
