import type { RanBefore } from '../planning/plan.js';
import type { NodeState } from '../planning/run-result.js';
import type { NodeView, RunView } from '../runs/view/run-view.js';

/** States in which a node runs what it ran before the run, or was given back. */
const asBefore: ReadonlySet<NodeState> = new Set<NodeState>([
  'untouched',
  'undone',
  'cordoned',
  'rolled-back',
]);

/** What a run did to nodes, the last one first, each with what it ran before: to be taken back. */
export function runBackOf({ nodes, order }: Pick<RunView, 'nodes' | 'order'>): RanBefore[] {
  const touched = nodes.filter((node) => node.attempt > 0 && !(node.leftAs && asBefore.has(node.leftAs)));
  const names = [...new Set([...order, ...touched.map(({ name }) => name)])];
  return names.toReversed().flatMap((name) => {
    const hops = touched.filter((node) => node.name === name);
    const last = hops.at(-1);
    return last ? [ranBefore(last, hops)] : [];
  });
}

function ranBefore({ name, from, to, plan }: NodeView, hops: readonly NodeView[]): RanBefore {
  const rebuilt = hops.some((hop) => hop.plan.rebuild !== undefined);
  const { schematic } = plan.expects;
  const noSlot = rebuilt ? 'rebuilt' : hops.length > 1 ? 'several-hops' : undefined;
  return { name, version: from, schematic, to, ...(noSlot ? { noSlot } : {}) };
}
