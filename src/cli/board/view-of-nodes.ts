import { nodeId } from '../../workflows/messages.js';
import type { PlannedNode, UpgradePlan } from '../../planning/plan.js';
import type { NodeResult } from '../../planning/run-result.js';
import type { Reason } from '../../planning/reason.js';
import { stepOfActivity } from './activity-names.js';
import type { ActivityFact, ChildFact, HistoryFacts } from './history-facts.js';
import type { PendingWork } from './pending-work.js';
import type { NodeView, StepView } from './run-view.js';
import { worksOf } from './works-of.js';

/** One workflow execution: its history, and what it waits for now (nothing once it is closed). */
export interface ExecutionSight {
  readonly facts: HistoryFacts;
  readonly pending: PendingWork | undefined;
}

/** Hops are counted from 1 in workflow ids. */
const firstHop = 1;

/**
 * The nodes of a run, hop after hop, in the order they are taken as far as it is known.
 *
 * @param children by workflow id; an ended child needs none, its result stands in the run's history.
 */
export function viewOfNodes(
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
    const place = (node: PlannedNode): number =>
      order.includes(node.name) ? order.indexOf(node.name) : order.length;
    return hop.nodes
      .toSorted((one, other) => place(one) - place(other))
      .map((planned) => {
        const child = lastAttempt(facts, (attempt) =>
          nodeId(cluster, run, index + firstHop, planned.name, attempt),
        );
        const common = {
          name: planned.name,
          hop: index,
          role: planned.role,
          from: planned.from,
          to: hop.to,
          plan: planned,
        };
        const leads = orders[index]?.leader === planned.name;
        return {
          ...common,
          leads,
          ...progress(planned, child, child && children.get(child.fact.workflowId)),
        };
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

function progress(
  planned: PlannedNode,
  child: Attempt | undefined,
  sight: ExecutionSight | undefined,
): Progress {
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
  return {
    kind: 'unexpected',
    message: fact.failure?.message ?? `the workflow of the node ${fact.ending ?? 'ended'}`,
  };
}

function running({ facts, pending }: ExecutionSight): Partial<Progress> {
  const firstFailed = facts.activities.find((one) => one.ending !== undefined && one.ending !== 'completed');
  const undoing = (one: ActivityFact): boolean =>
    firstFailed?.endedAt !== undefined && one.scheduledAt >= firstFailed.endedAt;
  const stepViews = facts.activities.flatMap((one): StepView[] => {
    const step = stepOfActivity(one.name);
    return step
      ? [
          {
            step,
            startedAt: one.scheduledAt,
            endedAt: one.endedAt,
            note: noteOf(one.result),
            undo: undoing(one),
          },
        ]
      : [];
  });
  return {
    steps: stepViews,
    work: worksOf(facts, pending).filter((work) => work.endedAt === undefined),
    workflowTask: pending?.workflowTask,
    reason: firstFailed?.failure?.reason,
    failedStep: firstFailed && stepOfActivity(firstFailed.name),
  };
}

/** Steps answer with a sentence, or with a value that has one. */
function noteOf(result: unknown): string | undefined {
  if (typeof result === 'string') return result;
  const has =
    typeof result === 'object' && result !== null && 'note' in result && typeof result.note === 'string';
  return has ? (result as { note: string }).note : undefined;
}
