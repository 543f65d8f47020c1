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

/** One workflow execution: its history and its pending work (none once it is closed). */
export interface ObservedExecution {
  readonly facts: HistoryFacts;
  readonly pending: PendingWork | undefined;
}

/** Hops are counted from 1 in workflow ids. */
const firstHop = 1;

/** The observations that the view of a run's nodes is made of. */
export interface ObservedNodes {
  readonly cluster: string;
  readonly run: number;
  readonly plan: UpgradePlan;
  readonly facts: HistoryFacts;
  /** By workflow id. A closed child is not needed: its result is in the run's history. */
  readonly children: ReadonlyMap<string, ObservedExecution>;
  readonly input: Partial<RunInput> | undefined;
  /** The nodes' endings in the run's result: the run knows about a batch what its nodes do not know of each other. */
  readonly told: readonly NodeEnding[];
  /** People's decisions about the run. */
  readonly decisions: readonly Decision[];
}

/** The nodes of a run, hop after hop, in their order as far as it is known. */
export function viewOfNodes(observed: ObservedNodes): NodeView[] {
  const { cluster, run, plan, facts, children, told: endings, decisions } = observed;
  const started = new Map(facts.children.map((child) => [child.workflowId, child]));
  const orders = facts.activities
    .filter((one) => one.name === 'resolveOrder' && one.ending === 'completed')
    .map((one) => one.result as ResolvedOrder);
  return plan.hops.flatMap((hop, index) => {
    const batches = batchesOfHop(observed, hop, orders[index]);
    const place = new Map(batches.flatMap((names, batch) => names.map((name) => [name, batch] as const)));
    const order = new Map(batches.flat().map((name, at) => [name, at] as const));
    const byName = new Map(hop.nodes.map((node) => [node.name, node]));
    return [...order.keys()]
      .flatMap((name) => byName.get(name) ?? [])
      .map((planned) => {
        const { name, role } = planned;
        // The order also decides which node is the first of its hardware.
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
            execution: child && children.get(child.fact.workflowId),
            ofRun: endings.findLast((one) => one.node === name && one.to === hop.to),
            skippedBy: skipOf(decisions, name),
          }),
        };
      });
  });
}

/** The batches resolved at the start of the hop; before that, estimated from the plan and the inventory. */
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

/** Who skipped a node, and why. The last decision counts, unless it came too late. */
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

/** The observations of one node. */
interface ObservedNode {
  readonly child: Attempt | undefined;
  /** The child's own execution, where it was read. */
  readonly execution: ObservedExecution | undefined;
  /** The node's ending in the run's result. */
  readonly ofRun: NodeEnding | undefined;
  /** Who skipped it, and why. */
  readonly skippedBy: string | undefined;
}

function progress(planned: PlannedNode, observed: ObservedNode): Progress {
  const { skippedBy } = observed;
  const known = progressOf(planned, observed);
  if (skippedBy === undefined || known.state === 'done' || known.state === 'running') return known;
  return known.state === 'waiting'
    ? { ...known, state: 'skipped', leftAs: 'untouched', skippedBy }
    : { ...known, skippedBy };
}

function progressOf(planned: PlannedNode, { child, execution, ofRun }: ObservedNode): Progress {
  if (!child) {
    // A skipped node has a reason in the run's result only if an earlier run left something on it.
    if (ofRun && (ofRun.outcome !== 'skipped' || ofRun.reason)) return ended(ofRun, [], nothingYet);
    const skipped = planned.skip && planned.adopts === undefined;
    return skipped ? { ...nothingYet, state: 'skipped', leftAs: 'on-target' } : nothingYet;
  }
  const { fact, number } = child;
  const started = { ...nothingYet, attempt: number, begun: fact.begun, startedAt: fact.startedAt };
  // A terminated run has no record of how its nodes ended; their own histories do.
  const close = fact.endedAt === undefined ? execution?.facts.close : undefined;
  const endedAt = fact.endedAt ?? close?.at;
  if (endedAt === undefined)
    return { ...started, state: 'running', ...(execution ? running(execution) : {}) };
  const { ending, result, failure } = close ?? fact;
  const own = ending === 'completed' ? (result as NodeResult | undefined) : undefined;
  const last = ofRun ?? own;
  if (last) {
    const steps = own ? stepsOfResult(own) : execution ? running(execution).steps : [];
    return { ...ended(last, steps, started), endedAt };
  }
  // It ended without a result, so its steps are only in its own history.
  const steps = execution ? running(execution).steps : undefined;
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

/** Steps after the failed one undo earlier steps. */
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

/** The reason for a node's workflow without a result: it was terminated, or failed by a bug of ours. */
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

/** A step's result is a sentence, or a value with one in `note`. */
function noteOf(result: unknown): string | undefined {
  if (typeof result === 'string') return result;
  const has =
    typeof result === 'object' && result !== null && 'note' in result && typeof result.note === 'string';
  return has ? (result as { note: string }).note : undefined;
}
