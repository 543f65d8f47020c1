import type { Role } from '../../planning/observation.js';
import type { NodeView, RunView } from './run-view.js';

/**
 * Milliseconds the run will still take, learnt from the nodes that are done: each role's median without its soak, and
 * the median pause between nodes. Before the first is done, the plan's own estimate is all there is.
 * Undefined when there is no plan, or nothing left to do.
 */
export function estimateLeft(view: RunView, now: number): number | undefined {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  const waiting = touched.filter((node) => node.state === 'waiting');
  const running = touched.filter((node) => node.state === 'running');
  if (!view.plan || view.outcome || waiting.length + running.length === 0) return undefined;
  const usual = usualTimes(view.plan.estimate, touched);
  const pause = median(pauses(touched)) ?? 0;
  const ahead = waiting.map((node) => usual(node.role) + node.plan.soak + pause);
  const underWay = running.map((node) =>
    Math.max(0, usual(node.role) + node.plan.soak - (now - Date.parse(node.startedAt ?? view.startedAt))),
  );
  return [...ahead, ...underWay].reduce((sum, one) => sum + one, 0);
}

/** What a node of a role usually takes, soak apart. */
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

function pauses(nodes: readonly NodeView[]): number[] {
  const started = nodes
    .filter((node) => node.startedAt !== undefined)
    .toSorted((one, other) => Date.parse(one.startedAt ?? '') - Date.parse(other.startedAt ?? ''));
  return started.slice(1).flatMap((node, index) => {
    const before = started[index]?.endedAt;
    return before ? [Math.max(0, Date.parse(node.startedAt ?? before) - Date.parse(before))] : [];
  });
}

function lengthOf(node: NodeView): number {
  return Math.max(0, Date.parse(node.endedAt ?? '') - Date.parse(node.startedAt ?? ''));
}

function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
