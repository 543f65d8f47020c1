import type { Reason } from '../planning/reasons/reason.js';
import type { NodeBefore, RecordedFacts } from '../planning/node/classify-node.js';
import type { PlannedNode, RebootMode, UpgradePlan } from '../planning/plan/plan.js';
import type { NodeCounts, NodeEnding, NodeResult, NodeState } from '../planning/report/run-result.js';

/** Another node of its batch stopped it before its own workflow began. */
export function notBegun(node: PlannedNode, to: string): NodeEnding {
  return {
    ...skipped(node, to),
    outcome: 'undone',
    state: 'untouched',
    reason: { kind: 'aborted', by: 'a cancel' },
  };
}

/** It runs its target already, and was not touched. */
export function skipped(node: PlannedNode, to: string): NodeEnding {
  const at = new Date().toISOString();
  return {
    node: node.name,
    outcome: 'skipped',
    state: 'on-target',
    from: node.from,
    to,
    attempt: 0,
    startedAt: at,
    endedAt: at,
  };
}

/** A person skipped it before it was begun. If an earlier run left it unwell, the ending says so. */
export function leftOut(node: PlannedNode, to: string, skippedBy: string): NodeEnding {
  const ending: NodeEnding = { ...skipped(node, to), state: 'untouched', skippedBy };
  const state = foundAs(node);
  if (state === 'untouched') return ending;
  return { ...ending, state, reason: { kind: 'left-unfinished', node: node.name, state } };
}

/** A node's state before this run touches it. */
function foundAs({ armed, replacement, adopts }: PlannedNode): NodeState {
  if (replacement?.continues) return replacement.continues === 'waiting' ? 'not-joined' : 'replacing';
  if (armed) return 'armed';
  return adopts === undefined ? 'untouched' : 'cordoned';
}

/** Whether it stops the run: it is not done, and nobody skipped it. */
export function isStopped({ outcome, skippedBy }: NodeEnding): boolean {
  return outcome !== 'done' && outcome !== 'skipped' && skippedBy === undefined;
}

/** What a run keeps of a node: the steps stay in the result of the node's workflow, which the run's history has. */
export function endingOf(result: NodeResult): NodeEnding {
  const { steps: _, before: __, ...ending } = result;
  return ending;
}

/** The facts that a rollback is compared with, of those recorded before the node's first attempt. */
export function beforeOf({ labels, taints, annotations, network, device }: RecordedFacts): NodeBefore {
  return { labels, taints, annotations, ...(network ? { network } : {}), ...(device ? { device } : {}) };
}

/** The node with its reboot mode, as it was resolved with the order. */
export function withMode(node: PlannedNode, rebootMode: RebootMode | undefined): PlannedNode {
  return rebootMode === undefined || node.rebootMode === rebootMode ? node : { ...node, rebootMode };
}

/** Whether a node needs work: it does not run its version yet, or an earlier run left its annotations on it. */
export function isTouched({ skip, adopts }: PlannedNode): boolean {
  return !skip || adopts !== undefined;
}

/** How many nodes of the plan ended in each way. */
export function countsOf(plan: UpgradePlan | undefined, endings: readonly NodeEnding[]): NodeCounts {
  const planned = plan?.hops.flatMap((hop) => hop.nodes) ?? [];
  const touched = planned.filter(isTouched).length;
  const ended = (outcome: NodeEnding['outcome']): number =>
    endings.filter((ending) => ending.outcome === outcome).length;
  const counts = { done: ended('done'), undone: ended('undone'), halted: ended('halted') };
  const begun = counts.done + counts.undone + counts.halted;
  return { ...counts, skipped: planned.length - touched, notBegun: touched - begun };
}

/** Skipped nodes that do not run their hop's version: one that ran it already has nothing to catch up on. */
export function skippedShort(plan: UpgradePlan, endings: readonly NodeEnding[]): string[] {
  const short = endings.filter(
    ({ node, to, skippedBy }) =>
      skippedBy !== undefined &&
      plan.hops.some((hop) => hop.to === to && hop.nodes.some(({ name, skip }) => name === node && !skip)),
  );
  return [...new Set(short.map(({ node }) => node))];
}

/** Nodes that were begun and did not reach their target, or that a person skipped. */
export function notDoneOf(endings: readonly NodeEnding[]): NodeEnding[] {
  return endings.filter((one) => isStopped(one) || one.skippedBy !== undefined);
}

/** A refusal of the cluster may have a reason for each of its nodes. */
const reasonsMax = 20;

/** The reasons in a run's result. @param abortedBy who aborted the run, which no node knows */
export function reasonsGiven(reasons: readonly Reason[], abortedBy: string | undefined): Reason[] {
  return reasons
    .slice(0, reasonsMax)
    .map((reason) => (reason.kind === 'aborted' ? { kind: 'aborted', by: abortedBy ?? reason.by } : reason));
}
