import type { CredentialReference } from '../../inventory/credential.js';
import type { Patch } from '../../inventory/patches.js';
import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import type { Role } from './observation.js';

/**
 * Where the machine configuration of a node is, with the node's name filled in: in the file, or in the arguments of the program. Undefined
 * where Slipway sends none.
 */
export function nodeConfiguration(
  { roles }: Pick<Inventory, 'roles'>,
  { name, role }: { readonly name: string; readonly role: Role },
): CredentialReference | undefined {
  const configuration = roles[role]?.configuration;
  if (configuration?.by !== 'apply-config') return undefined;
  return referenceFor(configuration.file, name);
}

/** A reference with the node's name filled in: in the file, or in the arguments of the program. */
function referenceFor(reference: CredentialReference, name: string): CredentialReference {
  const fill = (text: string): string => text.replaceAll('{node}', name);
  if ('file' in reference) return { ...reference, file: fill(reference.file) };
  return 'exec' in reference ? { ...reference, exec: reference.exec.map(fill) } : reference;
}

/** When a patch is merged: into the configuration a new machine is sent, or into its running one once it is Ready. */
export type PatchMoment = NonNullable<Patch['when']>;

/** The patches of slipway.yaml for a node at one moment, in their order, with the node's name filled in. */
export function patchesFor(
  { patches = [] }: Pick<Inventory, 'patches'>,
  node: Pick<InventoryNode, 'name' | 'role' | 'hardware'>,
  moment: PatchMoment,
): CredentialReference[] {
  return patches
    .filter((one) => (one.when ?? 'creation') === moment && isFor(one, node))
    .map(({ patch }) => referenceFor(patch, node.name));
}

/** A node without a class of hardware has its role's. */
function isFor(
  { for: wanted = {} }: Patch,
  { name, role, hardware = role }: Pick<InventoryNode, 'name' | 'role' | 'hardware'>,
): boolean {
  return (
    (wanted.role === undefined || wanted.role === role) &&
    (wanted.hardware === undefined || wanted.hardware === hardware) &&
    (wanted.nodes === undefined || wanted.nodes.includes(name))
  );
}
