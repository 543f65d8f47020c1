import type { RanBefore } from '../planning/plan.js';
import type { NodeState } from '../planning/run-result.js';
import { deltaOf, minorsApart } from '../planning/versions.js';
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
  // One that was on its target already was only given back: nothing was installed.
  const entered = nodes.filter(({ attempt, plan }) => attempt > 0 && !plan.skip);
  const touched = entered.filter(({ leftAs }) => !(leftAs && asBefore.has(leftAs)));
  const names = [...new Set([...order, ...touched.map(({ name }) => name)])];
  return names.toReversed().flatMap((name) => {
    const changed = touched.filter((node) => node.name === name);
    // A hop that was rolled back wrote over the slot that the one before had left alone.
    const hops = entered.filter(
      (node) => changed.includes(node) || (node.name === name && node.leftAs === 'rolled-back'),
    );
    const last = hops.at(-1);
    return last && changed.length > 0 ? [ranBefore(last, hops)] : [];
  });
}

function ranBefore(last: NodeView, hops: readonly NodeView[]): RanBefore {
  const [first = last, ...later] = hops;
  const rebuilt = hops.some((hop) => hop.plan.rebuild !== undefined);
  if (!rebuilt && later.length > 0) {
    const through = later
      .map(({ from, plan }) => ({ version: from, schematic: plan.expects.schematic }))
      .toReversed();
    const { schematic } = first.plan.expects;
    return { name: last.name, version: first.from, schematic, to: last.to, noSlot: 'several-hops', through };
  }
  const to = rebuilt && last.leftAs === 'rolled-back' ? last.from : last.to;
  // A machine is made anew of any version; what its hops went through is left out, where that is no minor.
  const { from, plan } = rebuilt && isNear(first.from, to) ? first : last;
  const noSlot = rebuilt ? (from === first.from ? 'rebuilt' : 'several-hops') : undefined;
  const { schematic } = plan.expects;
  return { name: last.name, version: from, schematic, to, ...(noSlot ? { noSlot } : {}) };
}

/** No minor lies between the two. */
function isNear(one: string, other: string): boolean {
  return deltaOf(one, other) !== 'major' && Math.abs(minorsApart(one, other)) <= 1;
}
