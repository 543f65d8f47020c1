import type { Inventory, InventoryNode } from './schema.js';

/** The node of that name. Names come from plans made from the same inventory. @throws Error when there is none */
export function nodeNamed(
  { cluster, nodes }: Pick<Inventory, 'cluster' | 'nodes'>,
  name: string,
): InventoryNode {
  const node = nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`${name} is no node of ${cluster}`);
  return node;
}
