import type { Inventory, InventoryNode } from '../inventory/schema.js';

type Role = keyof Inventory['roles'];

/**
 * What an inventory would be with what a pull request proposes: versions and schematics of its head, and nothing else. Whoever opens one
 * has not been reviewed: addresses, credentials, factory, limits and Terraform stay those of the branch it goes to.
 */
export function proposedInventory(base: Inventory, head: Inventory): Inventory {
  const proposed = new Map(head.nodes.map((node) => [node.name, node]));
  const { worker } = base.roles;
  return {
    ...base,
    versions: { talos: head.versions.talos, kubernetes: head.versions.kubernetes },
    roles: {
      'control-plane': { ...base.roles['control-plane'], ...schematicOfRole(head, 'control-plane') },
      ...(worker ? { worker: { ...worker, ...schematicOfRole(head, 'worker') } } : {}),
    },
    nodes: base.nodes.map((node) => withSchematic(node, proposed.get(node.name))),
  };
}

function schematicOfRole({ roles }: Inventory, role: Role): { readonly schematic?: string } {
  const found = roles[role];
  return found ? { schematic: found.schematic } : {};
}

/** A node that the head has not any more keeps what it has: nodes come and go with a merge, not with a plan. */
function withSchematic(node: InventoryNode, proposed: InventoryNode | undefined): InventoryNode {
  if (!proposed) return node;
  const { schematic: _own, ...rest } = node;
  return proposed.schematic === undefined ? rest : { ...rest, schematic: proposed.schematic };
}
