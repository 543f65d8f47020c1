import type { PlannedNode } from './plan.js';

/**
 * The order in which a hop takes its nodes. Incomplete replacements come first, then the roles in the inventory's order, each in the plan's
 * order. Within a role, a node that an earlier run left cordoned goes first, since its cordon would block the others. The etcd leader goes
 * after the other control planes, and the canary before the other workers.
 *
 * @param leader who leads etcd as the hop starts; undefined: not known, the order is the plan's.
 */
export function orderNodes(
  nodes: readonly PlannedNode[],
  leader: string | undefined,
  leaderPolicy: 'last' | 'in-order',
  order: 'control-planes-first' | 'workers-first',
): string[] {
  const controlPlaneRank = (node: PlannedNode): number => {
    if (node.adopts !== undefined) return 0;
    return leaderPolicy === 'last' && node.name === leader ? 2 : 1;
  };
  const workerRank = (node: PlannedNode): number => (node.canary ? 0 : 1);
  const controlPlanes = ranked(nodes, 'control-plane', controlPlaneRank);
  const workers = ranked(nodes, 'worker', workerRank);
  const names =
    order === 'control-planes-first' ? [...controlPlanes, ...workers] : [...workers, ...controlPlanes];
  const incompleteReplacement = new Set(
    nodes.flatMap(({ name, replacement }) => (replacement?.continues ? [name] : [])),
  );
  return names.toSorted(
    (a, b) => Number(incompleteReplacement.has(b)) - Number(incompleteReplacement.has(a)),
  );
}

/** Stable: nodes of one rank keep the plan's order. */
function ranked(
  nodes: readonly PlannedNode[],
  role: PlannedNode['role'],
  rank: (node: PlannedNode) => number,
): string[] {
  return nodes
    .filter((node) => node.role === role)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((node) => node.name);
}
