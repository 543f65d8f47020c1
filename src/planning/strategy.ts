import { runningSchematic } from './expectations.js';
import { schematicOf } from './installer-image.js';
import type { Strategy } from './plan.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import { type VersionHop, versionAfter } from './version-hops.js';
import { type Delta, deltaOf, isVersion } from './versions.js';

/** Whether machines are made anew, and several minors gone through in one run, where nobody asked for what is not finished. */
export const rebuildIsThere: boolean = false;

/** The same for one plan. */
export function canRebuild({ rebuilds = rebuildIsThere }: Pick<PlanInput, 'rebuilds'>): boolean {
  return rebuilds;
}

/** What one hop does to one node; `from` and `to` are the same where the hop brings it no other version. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly strategy: Strategy;
}

/** The way of one node, hop by hop: each step of versions has the strategy of its own delta. */
export function legsOf(
  { inventory }: Pick<PlanInput, 'inventory'>,
  { talos }: Pick<SeenNode, 'talos'>,
  hops: readonly VersionHop[],
): Leg[] {
  // What is no version is refused for that.
  if (!talos || !isVersion(talos.version)) return [];
  let from = talos.version;
  return hops.map((hop) => {
    const to = versionAfter(from, hop);
    const leg = { from, to, strategy: strategyOf(inventory, deltaOf(from, to)) };
    from = to;
    return leg;
  });
}

/** A patch, or another image of the same version, is always brought in place. */
function strategyOf({ upgrade }: PlanInput['inventory'], delta: Delta): Strategy {
  return delta === 'minor' || delta === 'major' ? upgrade.strategy[delta] : 'in-place';
}

/** Why the nodes are upgraded the way they are: `patch: same minor`. */
export function strategyReason(input: PlanInput, seen: readonly SeenNode[]): string {
  const left = seen.filter((node) => node.selected && node.talos && !runsTarget(input, node));
  const deltas = new Set(left.map(({ talos }) => deltaOf(talos?.version ?? '', input.request.talos)));
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
