import type { Inventory } from '../../inventory/schema.js';

/** The parts of a node that its image depends on. */
type ImageNode = Pick<Inventory['nodes'][number], 'name' | 'role' | 'schematic'>;

/**
 * The schematic of an image without any customization, as the Image Factory returns it. A node that shows neither schematic nor extensions
 * runs an equal image.
 */
export const emptySchematic = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba';

/** The version in the name of an installer image: its tag. */
export function versionOfImage(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

/** The schematic of a node: its own, or its role's. @throws Error when the inventory names neither. */
export function schematicOf(inventory: Pick<Inventory, 'roles'>, node: ImageNode): string {
  const schematic = node.schematic ?? inventory.roles[node.role]?.schematic;
  if (!schematic) throw new Error(`${node.name}: slipway.yaml names no schematic for the role ${node.role}`);
  return schematic;
}

/**
 * The installer image of a node at a version, as the Image Factory names it since Talos 1.10:
 * `factory.talos.dev/nocloud-installer[-secureboot]/<schematic>:<version>`.
 */
export function installerImage(
  inventory: Pick<Inventory, 'image' | 'roles'>,
  node: ImageNode,
  version: string,
): string {
  const { factory, platform, secureBoot } = inventory.image;
  return `${factory}/${platform}-installer${secureBoot ? '-secureboot' : ''}/${schematicOf(inventory, node)}:${version}`;
}
