import type { Inventory } from '../../inventory/schema.js';
import type { StepName } from './node-steps.js';

/** Steps that a cluster cannot take: a single node cannot be drained, and a single control plane cannot transfer leadership. */
export function stepsLeftOut({ nodes }: Pick<Inventory, 'nodes'>): ReadonlySet<StepName> {
  const controlPlanes = nodes.filter((node) => node.role === 'control-plane').length;
  return new Set<StepName>([
    ...(nodes.length === 1 ? (['drain'] as const) : []),
    ...(controlPlanes === 1 ? (['transfer-leadership'] as const) : []),
  ]);
}
