import type { Inventory, InventoryNode } from '../../inventory/schema.js';

/** The node that machine configurations name as the cluster's endpoint; undefined where the endpoint is no single node. */
export function endpointOwner({
  controlPlane,
  nodes,
}: Pick<Inventory, 'controlPlane' | 'nodes'>): InventoryNode | undefined {
  if (controlPlane.endpoint === undefined) return undefined;
  const host = new URL(controlPlane.endpoint).hostname.replaceAll(/[[\]]/g, '');
  return nodes.find((node) => node.address === host || node.name === host);
}
