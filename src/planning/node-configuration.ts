import type { CredentialReference } from '../inventory/credential.js';
import type { Inventory } from '../inventory/schema.js';
import type { Role } from './observation.js';

/**
 * Where the machine configuration of a node is, its name filled in: in the file, or in the arguments of the program. Undefined
 * where Slipway sends none.
 */
export function nodeConfiguration(
  { roles }: Pick<Inventory, 'roles'>,
  { name, role }: { readonly name: string; readonly role: Role },
): CredentialReference | undefined {
  const configuration = roles[role]?.configuration;
  if (configuration?.by !== 'apply-config') return undefined;
  const { file: reference } = configuration;
  const fill = (text: string): string => text.replaceAll('{node}', name);
  if ('file' in reference) return { ...reference, file: fill(reference.file) };
  return 'exec' in reference ? { ...reference, exec: reference.exec.map(fill) } : reference;
}
