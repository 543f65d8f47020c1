import type { RanBefore, RanBetween } from '../planning/plan/plan.js';
import type { NodeState } from '../planning/report/run-result.js';
import { deltaOf, minorsApart } from '../planning/versions/versions.js';
import type { NodeView, RunView } from '../runs/view/run-view.js';

/** States in which a node runs what it ran before the run, or was returned to service. */
const asBefore: ReadonlySet<NodeState> = new Set<NodeState>([
  'untouched',
  'undone',
  'cordoned',
  'rolled-back',
]);

/** The nodes that a run changed, the last one first, each with the versions to roll back to. */
export function runRollbackOf({ nodes, order }: Pick<RunView, 'nodes' | 'order'>): RanBefore[] {
  // Nothing was installed on a node that already ran its target: it was only returned to service.
  const entered = nodes.filter(({ attempt, plan }) => attempt > 0 && !plan.skip);
  const touched = entered.filter(({ leftAs }) => !(leftAs && asBefore.has(leftAs)));
  const names = [...new Set([...order, ...touched.map(({ name }) => name)])];
  return names.toReversed().flatMap((name) => {
    const changed = touched.filter((node) => node.name === name);
    // The rollback of a hop overwrote the boot slot that held the version before that hop.
    const hops = entered.filter(
      (node) => changed.includes(node) || (node.name === name && node.leftAs === 'rolled-back'),
    );
    const last = hops.at(-1);
    return last && changed.length > 0 ? [ranBefore(last, hops)] : [];
  });
}

function ranBefore(last: NodeView, hops: readonly NodeView[]): RanBefore {
  const [first = last, ...later] = hops;
  const { name } = last;
  const before = ranBetween(first);
  const between = later.map(ranBetween).toReversed();
  if (hops.some((hop) => hop.plan.replacement !== undefined)) {
    const to = last.leftAs === 'rolled-back' ? last.from : last.to;
    const through = minorsOnWay(to, between, before);
    return { name, ...before, to, noSlot: 'replaced', ...(through.length > 0 ? { through } : {}) };
  }
  if (between.length === 0) return { name, ...before, to: last.to };
  return { name, ...before, to: last.to, noSlot: 'several-hops', through: between };
}

function ranBetween({ from, plan }: NodeView): RanBetween {
  return { version: from, schematic: plan.expects.schematic };
}

/** The versions that a replaced machine rolls back through, the newest first: as few as possible without skipping a minor. */
function minorsOnWay(to: string, between: readonly RanBetween[], before: RanBetween): RanBetween[] {
  const way: RanBetween[] = [];
  let from = to;
  for (const [at, one] of between.entries()) {
    const next = between[at + 1] ?? before;
    if (isNear(from, next.version)) continue;
    way.push(one);
    from = one.version;
  }
  return way;
}

/** Whether the two are the same minor or adjacent minors. */
function isNear(one: string, other: string): boolean {
  return deltaOf(one, other) !== 'major' && Math.abs(minorsApart(one, other)) <= 1;
}
