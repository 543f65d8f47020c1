import type { Inventory } from '../../inventory/schema.js';
import type { StepName } from './node-steps.js';

/** Steps that make no sense in a cluster: where there is nowhere to go, nothing is drained and no leadership handed over. */
export function stepsLeftOut({ nodes }: Pick<Inventory, 'nodes'>): ReadonlySet<StepName> {
  const controlPlanes = nodes.filter((node) => node.role === 'control-plane').length;
  return new Set<StepName>([
    ...(nodes.length === 1 ? (['drain'] as const) : []),
    ...(controlPlanes === 1 ? (['hand-over-leadership'] as const) : []),
  ]);
}
