import type { Role } from '../../planning/node/observation.js';
import type { NodeView, RunView } from './run-view.js';

/**
 * Estimates the remaining milliseconds of a run from its finished nodes: the median of each role without its soak, and the median
 * time between batches. Before the first node is done, the plan's estimate is used. Undefined without a plan, or when nothing is left.
 */
export function estimateLeft(view: RunView, now: number): number | undefined {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  const waiting = touched.filter((node) => node.state === 'waiting');
  const running = touched.filter((node) => node.state === 'running');
  if (!view.plan || view.outcome || waiting.length + running.length === 0) return undefined;
  const usual = usualTimes(view.plan.estimate, touched);
  const gap = median(gaps(touched, view.pauses)) ?? 0;
  // Nodes of a batch run in parallel.
  const ahead = batches(waiting).map(
    (batch) => longest(batch.map((node) => usual(node.role) + node.plan.soak)) + gap,
  );
  const underWay = running.map((node) =>
    Math.max(0, usual(node.role) + node.plan.soak - (now - Date.parse(node.startedAt ?? view.startedAt))),
  );
  return [...ahead, longest(underWay)].reduce((sum, one) => sum + one, 0);
}

function batches(nodes: readonly NodeView[]): NodeView[][] {
  const found = new Map<string, NodeView[]>();
  for (const node of nodes) {
    const key = `${node.hop} ${node.batch}`;
    found.set(key, [...(found.get(key) ?? []), node]);
  }
  return [...found.values()];
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}

/** The typical duration of a node by role, without its soak. */
function usualTimes(estimate: number, nodes: readonly NodeView[]): (role: Role) => number {
  const soaks = nodes.reduce((sum, node) => sum + node.plan.soak, 0);
  const planned = Math.max(0, estimate - soaks) / Math.max(1, nodes.length);
  const done = nodes.filter((node) => node.state === 'done');
  const took = (of: readonly NodeView[]): number | undefined =>
    median(of.map((node) => lengthOf(node) - node.plan.soak));
  const otherwise = took(done) ?? planned;
  const usual: Record<Role, number> = {
    'control-plane': took(done.filter((node) => node.role === 'control-plane')) ?? otherwise,
    worker: took(done.filter((node) => node.role === 'worker')) ?? otherwise,
  };
  return (role) => usual[role];
}

/** Times between the end of one batch and the start of the next, without pauses. */
function gaps(nodes: readonly NodeView[], pauses: RunView['pauses']): number[] {
  const started = batches(nodes.filter((node) => node.startedAt !== undefined)).toSorted(
    (one, other) => startOf(one) - startOf(other),
  );
  return started.slice(1).flatMap((batch, index) => {
    const before = started[index] ?? [];
    if (before.some((node) => node.endedAt === undefined)) return [];
    const [from, to] = [longest(before.map((node) => Date.parse(node.endedAt ?? ''))), startOf(batch)];
    const paused = pauses
      .filter((pause) => Date.parse(pause.since) >= from && Date.parse(pause.since) <= to)
      .reduce((sum, { since, endedAt }) => sum + Date.parse(endedAt ?? since) - Date.parse(since), 0);
    return [Math.max(0, to - from - paused)];
  });
}

function startOf(batch: readonly NodeView[]): number {
  return Math.min(...batch.map((node) => Date.parse(node.startedAt ?? '')));
}

function lengthOf(node: NodeView): number {
  return Math.max(0, Date.parse(node.endedAt ?? '') - Date.parse(node.startedAt ?? ''));
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
