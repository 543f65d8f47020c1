import { runningSchematic } from '../node/expectations.js';
import { schematicOf } from '../versions/installer-image.js';
import type { Strategy } from './plan.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import { type VersionHop, versionAfter } from '../versions/version-hops.js';
import { type Delta, deltaOf, isVersion } from '../versions/versions.js';
import { type Step, declaredStrategy, wantedStrategy } from './wanted-strategy.js';

/** What one hop does to one node; `from` and `to` are equal where the hop does not change its version. */
export interface NodeHop {
  readonly from: string;
  readonly to: string;
  readonly strategy: Strategy;
}

/**
 * The hops of one node: each step of versions has the strategy of its own delta. A strategy in the request applies to the delta of the
 * whole request: a patch on the way to a minor is still a patch.
 */
export function hopsOfNode(
  input: Pick<PlanInput, 'inventory' | 'request'>,
  { talos }: Pick<SeenNode, 'talos'>,
  hops: readonly VersionHop[],
): NodeHop[] {
  // An invalid version is refused elsewhere.
  if (!talos || !isVersion(talos.version) || !isVersion(input.request.talos)) return [];
  let from = talos.version;
  const asked = deltaOf(from, input.request.talos);
  return hops.map((hop) => {
    const to = versionAfter(from, hop);
    const delta = deltaOf(from, to);
    const strategy = delta === asked ? wantedStrategy(input, delta) : declaredStrategy(input, delta);
    const hopOfNode = { from, to, strategy };
    from = to;
    return hopOfNode;
  });
}

/** Where a request overrides the strategy of slipway.yaml. */
export interface Overridden {
  readonly delta: Step;
  readonly asked: Strategy;
  readonly declared: Strategy;
}

/** The largest step of versions for which the request overrides the strategy of slipway.yaml; undefined: none. */
export function overridden(input: PlanInput, seen: readonly SeenNode[]): Overridden | undefined {
  const deltas = deltasLeft(input, seen);
  for (const delta of ['major', 'minor', 'patch'] as const) {
    const [asked, declared] = [wantedStrategy(input, delta), declaredStrategy(input, delta)];
    if (deltas.has(delta) && asked !== declared) return { delta, asked, declared };
  }
  return undefined;
}

/** The deltas of the nodes that are left. */
export function deltasLeft(input: PlanInput, seen: readonly SeenNode[]): ReadonlySet<Delta> {
  return new Set(
    seen.flatMap((node) =>
      node.selected && node.talos && isVersion(node.talos.version) && !runsTarget(input, node)
        ? [deltaOf(node.talos.version, input.request.talos)]
        : [],
    ),
  );
}

/** Why the nodes have this strategy: `patch: same minor`. */
export function strategyReason(input: PlanInput, seen: readonly SeenNode[]): string {
  const other = overridden(input, seen);
  if (other) return `${other.delta}: asked for with --strategy, slipway.yaml says ${other.declared}`;
  const left = seen.filter((node) => node.selected && node.talos && !runsTarget(input, node));
  const deltas = deltasLeft(input, seen);
  for (const delta of ['major', 'minor'] as const) {
    if (deltas.has(delta))
      return `${delta}: upgrade.strategy.${delta} of slipway.yaml is ${input.inventory.upgrade.strategy[delta]}`;
  }
  if (deltas.has('patch')) return 'patch: same minor';
  const changed = left.some(
    ({ node, talos }) => talos && runningSchematic(talos) !== schematicOf(input.inventory, node),
  );
  return changed ? 'schematic: same version, another image' : 'patch: same minor';
}
