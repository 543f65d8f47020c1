import type { Inventory } from '../../inventory/schema.js';
import { schematicOf } from '../versions/installer-image.js';
import type { PlannedNode, RollbackValues } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import { templatesOf } from '../terraform/templates.js';
import { writtenVersion } from '../terraform/written-version.js';

/** Terraform variables that make a node's machine as it was before its hop; or why they are not known. */
export type KnownRollbackValues =
  | { readonly verdict: 'known'; readonly way: RollbackValues }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };

/** A node with its version before its hop, and its machine. */
export type NodeBefore = Pick<PlannedNode, 'name' | 'role' | 'from' | 'replacement'> & {
  readonly expects: Pick<PlannedNode['expects'], 'schematic'>;
};

/** Terraform variables of its hop. */
export interface HopOfNode {
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** Addresses of the templates its nodes are cloned from. */
  readonly templates?: readonly string[] | undefined;
}

/**
 * The previous values per hop: those of the hop, except for the version, and the schematic where it differed. Git no longer names either.
 * The old template of the node's host and role occupied the place of the new one, so it is recreated first.
 */
export function rollbackValuesOf(
  inventory: Inventory,
  node: NodeBefore,
  hop: HopOfNode,
): KnownRollbackValues {
  const { terraform, nodes } = inventory;
  const { name, role, from, expects, replacement } = node;
  const own = nodes.find((one) => one.name === name);
  if (!terraform || !replacement || !own) throw new Error(`${name} has no machine of Terraform, by its plan`);
  const unknown = (why: string): KnownRollbackValues => ({
    verdict: 'refused',
    reasons: [{ kind: 'rollback-impossible', node: name, why }],
  });
  if (replacement.continues)
    return unknown(
      'an earlier run had destroyed its machine, and nobody recorded of which schematic that was; retry makes what is incomplete',
    );
  const { variables } = terraform;
  const { schematic } = expects;
  const variable = variables.schematic[role];
  const other = schematic !== schematicOf(inventory, own);
  if (other && (own.schematic !== undefined || variable === undefined))
    return unknown(
      `it was made of schematic ${schematic}, git names another one by now, and no variable of Terraform carries it; ` +
        `put it back in git, and replace the machine by a run of its own to ${from}`,
    );
  if (other && !/^[\da-f]{64}$/.test(schematic))
    return unknown(`it was made of no schematic that the Image Factory knows (${schematic})`);
  const values = {
    ...hop.values,
    [variables.talos]: writtenVersion(from, variables.talosWritten),
    ...(other && variable !== undefined ? { [variable]: schematic } : {}),
  };
  return { verdict: 'known', way: { values, templates: templatesFor(inventory, node, hop) } };
}

/** The template of its host and role; all of the hop's, where Terraform would replace the others along with any node. */
function templatesFor(
  { terraform }: Inventory,
  { name, role, replacement }: NodeBefore,
  { templates = [] }: HopOfNode,
): string[] {
  const { address, all = false } = terraform?.templates ?? {};
  if (address === undefined) return [];
  if (all) return [...templates];
  const made = templatesOf([{ node: name, role, host: replacement?.host }], address).templates;
  return made.map((template) => template.address);
}
