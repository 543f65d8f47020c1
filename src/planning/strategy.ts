import { runningSchematic } from './expectations.js';
import { schematicOf } from './installer-image.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import { deltaOf } from './versions.js';

/** Why the nodes are upgraded the way they are: `patch: same minor`. */
export function strategyReason(input: PlanInput, seen: readonly SeenNode[]): string {
  const left = seen.filter((node) => node.selected && node.talos && !runsTarget(input, node));
  const deltas = new Set(left.map(({ talos }) => deltaOf(talos?.version ?? '', input.request.talos)));
  if (deltas.has('minor')) return 'minor: upgrade.strategy.minor of slipway.yaml is in-place';
  if (deltas.has('patch')) return 'patch: same minor';
  const changed = left.some(
    ({ node, talos }) => talos && runningSchematic(talos) !== schematicOf(input.inventory, node),
  );
  return changed ? 'schematic: same version, another image' : 'patch: same minor';
}
