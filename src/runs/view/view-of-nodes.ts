import { nodeId, type RunInput } from '../../workflows/messages.js';
import type { ResolvedOrder } from '../../activities/resolve-order.js';
import { batchesOf } from '../../planning/plan/batches.js';
import type { Hop, PlannedNode, UpgradePlan } from '../../planning/plan/plan.js';
import type { Decision, NodeEnding, NodeResult } from '../../planning/report/run-result.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { stepOfActivity } from './activity-names.js';
import type { ActivityFact, ChildFact, CloseFact, HistoryFacts } from './history-facts.js';
import type { FailureFact } from './history-values.js';
import type { PendingWork } from './pending-work.js';
import type { NodeView, StepView } from './run-view.js';
import { worksOf } from './works-of.js';

/** One workflow execution: its history, and what it waits for now (nothing once it is closed). */
export interface ObservedExecution {
  readonly facts: HistoryFacts;
  readonly pending: PendingWork | undefined;
}

/** Hops are counted from 1 in workflow ids. */
const firstHop = 1;

/** What the nodes of a run are seen by. */
export interface ObservedNodes {
  readonly cluster: string;
  readonly run: number;
  readonly plan: UpgradePlan;
  readonly facts: HistoryFacts;
  /** By workflow id; an ended child needs none, its result stands in the run's history. */
  readonly children: ReadonlyMap<string, ObservedExecution>;
  readonly input: Partial<RunInput> | undefined;
  /** What the run said of them at its end: it knows of a batch what its nodes do not know of each other. */
  readonly told: readonly NodeEnding[];
  /** What people said to the run. */
  readonly decisions: readonly Decision[];
}

/** The nodes of a run, hop after hop, in the order they are taken as far as it is known. */
export function viewOfNodes(sight: ObservedNodes): NodeView[] {
  const { cluster, run, plan, facts, children, told, decisions } = sight;
  const started = new Map(facts.children.map((child) => [child.workflowId, child]));
  const orders = facts.activities
    .filter((one) => one.name === 'resolveOrder' && one.ending === 'completed')
    .map((one) => one.result as ResolvedOrder);
  return plan.hops.flatMap((hop, index) => {
    const batches = batchesOfHop(sight, hop, orders[index]);
    const place = new Map(batches.flatMap((names, batch) => names.map((name) => [name, batch] as const)));
    const order = new Map(batches.flat().map((name, at) => [name, at] as const));
    const byName = new Map(hop.nodes.map((node) => [node.name, node]));
    return [...order.keys()]
      .flatMap((name) => byName.get(name) ?? [])
      .map((planned) => {
        const { name, role } = planned;
        // Who is the first of its hardware is settled with the order.
        const rebootMode = orders[index]?.rebootModes?.[name];
        const child = lastAttempt(started, (attempt) =>
          nodeId(cluster, run, index + firstHop, name, attempt),
        );
        return {
          name,
          hop: index,
          batch: place.get(name) ?? 0,
          role,
          from: planned.from,
          to: hop.to,
          plan: rebootMode ? { ...planned, rebootMode } : planned,
          leads: orders[index]?.leader === name,
          ...progress(planned, {
            child,
            sight: child && children.get(child.fact.workflowId),
            told: told.findLast((one) => one.node === name && one.to === hop.to),
            skippedBy: skipOf(decisions, name),
          }),
        };
      });
  });
}

/** As they were resolved at the hop's start; before that, as the plan and the inventory have them. */
function batchesOfHop(
  { plan, input }: ObservedNodes,
  { nodes }: Hop,
  resolved: ResolvedOrder | undefined,
): readonly (readonly string[])[] {
  const names = nodes.map((node) => node.name);
  if (resolved) {
    const known = resolved.batches ?? resolved.order.map((name) => [name]);
    return [...known, ...names.filter((name) => !resolved.order.includes(name)).map((name) => [name])];
  }
  const offers = (name: string): readonly string[] => {
    const gpu = input?.inventory?.nodes.find((node) => node.name === name)?.gpu;
    return gpu ? [gpu.resource] : [];
  };
  return batchesOf(names, nodes, plan.batch, offers);
}

/** Who had a node left out, and why; the last word counts, unless it came too late. */
function skipOf(decisions: readonly Decision[], name: string): string | undefined {
  const said = decisions.findLast(({ kind, node, tooLate }) => kind === 'skip' && node === name && !tooLate);
  return said && `${said.by}: ${said.why}`;
}

interface Attempt {
  readonly number: number;
  readonly fact: ChildFact;
}

function lastAttempt(
  started: ReadonlyMap<string, ChildFact>,
  idOf: (attempt: number) => string,
): Attempt | undefined {
  let last: Attempt | undefined;
  for (let number = 1; ; number += 1) {
    const fact = started.get(idOf(number));
    if (!fact) return last;
    last = { number, fact };
  }
}

type Progress = Omit<NodeView, 'name' | 'hop' | 'batch' | 'role' | 'from' | 'to' | 'plan' | 'leads'>;

const nothingYet: Progress = {
  state: 'waiting',
  attempt: 0,
  begun: false,
  startedAt: undefined,
  endedAt: undefined,
  steps: [],
  work: [],
  workflowTask: undefined,
  reason: undefined,
  failedStep: undefined,
  leftAs: undefined,
  cordoned: false,
  undoFailed: undefined,
  skippedBy: undefined,
};

/** What is known of one node. */
interface ObservedNode {
  readonly child: Attempt | undefined;
  /** The child's own execution, where it was read. */
  readonly sight: ObservedExecution | undefined;
  /** The run's own word, at its end. */
  readonly told: NodeEnding | undefined;
  /** Who had it left out, and why. */
  readonly skippedBy: string | undefined;
}

function progress(planned: PlannedNode, seen: ObservedNode): Progress {
  const { skippedBy } = seen;
  const known = progressOf(planned, seen);
  if (skippedBy === undefined || known.state === 'done' || known.state === 'running') return known;
  return known.state === 'waiting'
    ? { ...known, state: 'skipped', leftAs: 'untouched', skippedBy }
    : { ...known, skippedBy };
}

function progressOf(planned: PlannedNode, { child, sight, told }: ObservedNode): Progress {
  if (!child) {
    // Of a node that was left out the run has a reason where an earlier run left something on it.
    if (told && (told.outcome !== 'skipped' || told.reason)) return ended(told, [], nothingYet);
    const skipped = planned.skip && planned.adopts === undefined;
    return skipped ? { ...nothingYet, state: 'skipped', leftAs: 'on-target' } : nothingYet;
  }
  const { fact, number } = child;
  const started = { ...nothingYet, attempt: number, begun: fact.begun, startedAt: fact.startedAt };
  // A run that was terminated does not hear how its nodes ended; they tell it themselves.
  const close = fact.endedAt === undefined ? sight?.facts.close : undefined;
  const endedAt = fact.endedAt ?? close?.at;
  if (endedAt === undefined) return { ...started, state: 'running', ...(sight ? running(sight) : {}) };
  const { ending, result, failure } = close ?? fact;
  const own = ending === 'completed' ? (result as NodeResult | undefined) : undefined;
  const last = told ?? own;
  if (last) {
    const steps = own ? stepsOfResult(own) : sight ? running(sight).steps : [];
    return { ...ended(last, steps, started), endedAt };
  }
  // It ended without a word: what it did stands in its own history only.
  const steps = sight ? running(sight).steps : undefined;
  return {
    ...started,
    ...(steps ? { steps } : {}),
    endedAt,
    state: 'halted',
    leftAs: 'unknown',
    reason: failure?.reason ?? lostReason(ending, failure),
  };
}

function ended(result: NodeEnding, steps: readonly StepView[], started: Progress): Progress {
  return {
    ...started,
    state: result.outcome,
    steps,
    reason: result.reason,
    failedStep: result.failedStep,
    leftAs: result.state,
    cordoned: result.cordoned ?? result.state === 'cordoned',
    undoFailed: result.undoFailed,
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
function lostReason(ending: CloseFact['ending'] | undefined, failure: FailureFact | undefined): Reason {
  if (ending === 'terminated') return { kind: 'terminated' };
  return { kind: 'unexpected', message: failure?.message ?? `the workflow of the node ${ending ?? 'ended'}` };
}

function running({ facts, pending }: ObservedExecution): Partial<Progress> & Pick<Progress, 'steps'> {
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
