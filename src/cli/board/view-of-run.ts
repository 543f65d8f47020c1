import type { Planned, PlannedNode, UpgradePlan } from '../../planning/plan.js';
import type { NodeResult, RunResult, SnapshotRecord } from '../../planning/run-result.js';
import type { Reason } from '../../planning/reason.js';
import { abortRun, nodeId, runId, type AbortInput, type RunInput } from '../../workflows/messages.js';
import { stepOfActivity, workOfActivity } from './activity-names.js';
import type { ActivityFact, ChildFact, HistoryFacts } from './history-facts.js';
import type { PendingWork } from './pending-work.js';
import type { AbortView, NodeView, RunOutcome, RunView, StepView, Work } from './run-view.js';

/** One workflow execution: its history, and what it waits for now (nothing once it is closed). */
export interface ExecutionSight {
  readonly facts: HistoryFacts;
  readonly pending: PendingWork | undefined;
}

/** Hops are counted from 1 in workflow ids. */
const firstHop = 1;

/**
 * Makes the view of a run out of its own execution and those of its open node workflows.
 *
 * @param children by workflow id; an ended child needs none, its result stands in the run's history.
 */
export function viewOfRun(
  cluster: string,
  run: number,
  { facts, pending }: ExecutionSight,
  children: ReadonlyMap<string, ExecutionSight>,
): RunView {
  // Written by our own enqueue; anything else on this workflow id would be a bug, and the header says "unknown".
  const input = facts.input as RunInput | undefined;
  const planned = resultOf<Planned>(facts, 'planUpgrade');
  const plan = planned?.verdict === 'planned' ? planned.plan : undefined;
  const result = facts.close?.ending === 'completed' ? (facts.close.result as RunResult | undefined) : undefined;
  const nodes = plan ? nodeViews(cluster, run, plan, facts, children) : [];
  return {
    cluster,
    run,
    workflowId: runId(cluster, run),
    target: input?.request.talos ?? 'unknown',
    declared: input?.request.declared ?? true,
    requestedBy: input?.request.requestedBy ?? 'unknown',
    startedAt: facts.startedAt,
    endedAt: facts.close?.at,
    outcome: outcomeOf(facts, result),
    reasons: reasonsOf(facts, planned, result, nodes),
    plan,
    nodes,
    work: workOf(facts, pending),
    abort: abortOf(facts),
    snapshots: facts.activities.filter((one) => one.name === 'takeSnapshot' && one.result).map((one) => one.result as SnapshotRecord),
    workflowTask: pending?.workflowTask,
    workers: undefined,
    result,
  };
}

/** Workflow ids of the nodes' executions that have not ended: the ones worth asking about. */
export function openChildren(facts: HistoryFacts): string[] {
  return facts.children.filter((child) => child.endedAt === undefined).map((child) => child.workflowId);
}

function nodeViews(
  cluster: string,
  run: number,
  plan: UpgradePlan,
  facts: HistoryFacts,
  children: ReadonlyMap<string, ExecutionSight>,
): NodeView[] {
  const orders = facts.activities
    .filter((one) => one.name === 'resolveOrder' && one.ending === 'completed')
    .map((one) => one.result as { readonly order: readonly string[]; readonly leader: string });
  return plan.hops.flatMap((hop, index) => {
    const order = orders[index]?.order ?? [];
    const place = (node: PlannedNode): number => (order.includes(node.name) ? order.indexOf(node.name) : order.length);
    return hop.nodes.toSorted((one, other) => place(one) - place(other)).map((planned) => {
      const child = lastAttempt(facts, (attempt) => nodeId(cluster, run, index + firstHop, planned.name, attempt));
      const common = { name: planned.name, hop: index, role: planned.role, from: planned.from, to: hop.to, plan: planned };
      const leads = orders[index]?.leader === planned.name;
      return { ...common, leads, ...progress(planned, child, child && children.get(child.fact.workflowId)) };
    });
  });
}

interface Attempt {
  readonly number: number;
  readonly fact: ChildFact;
}

function lastAttempt(facts: HistoryFacts, idOf: (attempt: number) => string): Attempt | undefined {
  let last: Attempt | undefined;
  for (let number = 1; ; number += 1) {
    const fact = facts.children.find((child) => child.workflowId === idOf(number));
    if (!fact) return last;
    last = { number, fact };
  }
}

type Progress = Omit<NodeView, 'name' | 'hop' | 'role' | 'from' | 'to' | 'plan' | 'leads'>;

const nothingYet: Progress = {
  state: 'waiting',
  attempt: 0,
  startedAt: undefined,
  endedAt: undefined,
  steps: [],
  work: [],
  workflowTask: undefined,
  reason: undefined,
  failedStep: undefined,
  leftAs: undefined,
};

function progress(planned: PlannedNode, child: Attempt | undefined, sight: ExecutionSight | undefined): Progress {
  if (!child) return planned.skip ? { ...nothingYet, state: 'skipped', leftAs: 'on-target' } : nothingYet;
  const { fact, number } = child;
  const started = { ...nothingYet, attempt: number, startedAt: fact.startedAt };
  if (fact.endedAt === undefined) return { ...started, state: 'running', ...(sight ? running(sight) : {}) };
  const ended = { ...started, endedAt: fact.endedAt };
  const result = fact.result as NodeResult | undefined;
  if (fact.ending !== 'completed' || !result) {
    return { ...ended, state: 'halted', reason: fact.failure?.reason ?? lostReason(fact) };
  }
  return {
    ...ended,
    state: result.outcome,
    steps: stepsOfResult(result),
    reason: result.reason,
    failedStep: result.failedStep,
    leftAs: result.state,
  };
}

/** What comes after the step that failed takes earlier ones back. */
function stepsOfResult({ steps, failedStep }: NodeResult): StepView[] {
  const failed = steps.findIndex((record) => record.step === failedStep);
  return steps.map(({ step, startedAt, took, note }, index) => ({
    step,
    startedAt,
    endedAt: new Date(Date.parse(startedAt) + took).toISOString(),
    note,
    undo: failed >= 0 && index > failed,
  }));
}

/** A node's workflow ended without saying how: terminated by hand, or failed by a bug of ours. */
function lostReason(fact: ChildFact): Reason {
  if (fact.ending === 'terminated') return { kind: 'terminated' };
  return { kind: 'unexpected', message: fact.failure?.message ?? `the workflow of the node ${fact.ending ?? 'ended'}` };
}

function running({ facts, pending }: ExecutionSight): Partial<Progress> {
  const firstFailed = facts.activities.find((one) => one.ending !== undefined && one.ending !== 'completed');
  const undoing = (one: ActivityFact): boolean => firstFailed?.endedAt !== undefined && one.scheduledAt >= firstFailed.endedAt;
  const stepViews = facts.activities.flatMap((one): StepView[] => {
    const step = stepOfActivity(one.name);
    return step
      ? [{ step, startedAt: one.scheduledAt, endedAt: one.endedAt, note: noteOf(one.result), undo: undoing(one) }]
      : [];
  });
  return {
    steps: stepViews,
    work: workOf(facts, pending).filter((work) => work.endedAt === undefined),
    workflowTask: pending?.workflowTask,
    reason: firstFailed?.failure?.reason,
    failedStep: firstFailed && stepOfActivity(firstFailed.name),
  };
}

/** Steps answer with a sentence, or with a value that has one. */
function noteOf(result: unknown): string | undefined {
  if (typeof result === 'string') return result;
  const has = typeof result === 'object' && result !== null && 'note' in result && typeof result.note === 'string';
  return has ? (result as { note: string }).note : undefined;
}

function workOf(facts: HistoryFacts, pending: PendingWork | undefined): Work[] {
  return facts.activities.map((one) => ({
    ...workOfActivity(one.name),
    since: one.scheduledAt,
    // What was under way when the run ended has ended with it.
    endedAt: one.endedAt ?? facts.close?.at,
    pending: one.endedAt === undefined ? pending?.activities.find((candidate) => candidate.id === one.id) : undefined,
  }));
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
  if (result) return result.reasons;
  const fromNodes = nodes.flatMap((node) => (node.reason && node.state !== 'waiting' ? [node.reason] : []));
  const failure = facts.close?.failure;
  if (failure) return [failure.reason ?? { kind: 'unexpected', message: failure.message }, ...fromNodes];
  if (planned?.verdict === 'refused') return planned.reasons;
  return planned?.verdict === 'nothing-to-do' ? [planned.reason] : fromNodes;
}

function abortOf(facts: HistoryFacts): AbortView | undefined {
  const update = facts.updates.find((one) => one.name === abortRun.name);
  if (update) {
    const input = update.arguments[0] as AbortInput | undefined;
    return { by: input?.by ?? 'unknown', why: input?.why ?? '', at: update.at };
  }
  return facts.cancel && { by: 'a cancel', why: facts.cancel.why, at: facts.cancel.at };
}

/** The last answer of that activity. */
function resultOf<T>(facts: HistoryFacts, activity: string): T | undefined {
  return facts.activities.findLast((one) => one.name === activity && one.ending === 'completed')?.result as T | undefined;
}
