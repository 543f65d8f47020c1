import type { PlannedNode, RebootMode } from '../plan/plan.js';

/**
 * How each node is rebooted, once the order is settled. In each class of hardware that tests a firmware boot first, the first node in the
 * order boots through its firmware. The plan names its own first; the etcd leader may have moved since.
 *
 * @param order the order in which the run takes the nodes.
 * @param classOf the class of hardware of a node, by name.
 */
export function rebootModes(
  order: readonly string[],
  nodes: readonly PlannedNode[],
  classOf: (name: string) => string,
): Record<string, RebootMode> {
  const touched = order.flatMap((name) =>
    nodes.filter((node) => node.name === name && !node.skip && !node.replacement),
  );
  const modes = new Map(touched.map((node) => [node.name, node.rebootMode ?? 'default'] as const));
  for (const kind of new Set(touched.map((node) => classOf(node.name)))) {
    const alike = touched.filter((node) => classOf(node.name) === kind).map((node) => node.name);
    const [first] = alike;
    const ahead = alike.filter((name) => modes.get(name) === 'powercycle');
    if (first === undefined || ahead.length !== 1) continue;
    for (const name of alike) modes.set(name, name === first ? 'powercycle' : 'default');
  }
  return Object.fromEntries(modes);
}
