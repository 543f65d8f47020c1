import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import type { IncompleteReplacement } from '../rollback/incomplete-replacement.js';
import { kubernetesVersions } from '../versions/kubernetes-versions.js';
import type { Hop, PlannedNode, PlannedReplacement, PlannedTerraform } from './plan.js';
import type { PlanInput } from './plan-input.js';
import { expandAddress } from '../terraform/address-template.js';
import { writtenVersion } from '../terraform/written-version.js';
import { allTemplates, templatesOf, type Template } from '../terraform/templates.js';

/** How the machine of a node is replaced. @throws Error where the plan should have been refused for it. */
export function plannedReplacement(
  { inventory, otherChanges }: Pick<PlanInput, 'inventory' | 'otherChanges'>,
  { name, role, host, vm }: InventoryNode,
  half?: IncompleteReplacement,
): PlannedReplacement {
  const { terraform, configuration } = inventory.roles[role] ?? {};
  const expanded = expandAddress(terraform ?? '', { node: name, host, role, vm });
  const accepts = otherChanges?.kind === 'answered' ? otherChanges.value[name] : undefined;
  if (!expanded.ok || !configuration) throw new Error(`${name} was planned to be replaced, and cannot be`);
  return {
    address: expanded.address,
    ...(host === undefined ? {} : { host }),
    configuration: configuration.by,
    ...(accepts ? { accepts } : {}),
    ...(half
      ? { continues: half.standing.kind === 'waiting' ? ('waiting' as const) : ('gone' as const) }
      : {}),
  };
}

type ReplacedNode = Pick<PlannedNode, 'name' | 'role' | 'replacement'>;

/** The fields of a hop besides its nodes, where it replaces some of them. */
export function replacementOfHop(
  input: PlanInput,
  to: string,
  nodes: readonly ReplacedNode[],
): Pick<Hop, 'strategy' | 'values' | 'templates'> {
  const replaced = nodes.filter((node) => node.replacement);
  const { terraform } = input.inventory;
  if (replaced.length === 0 || !terraform) return {};
  const templates = templatesOfHop(input, replaced);
  return {
    strategy: 'replace',
    values: hopValues(input, to),
    ...(templates.length === 0 ? {} : { templates: templates.map(({ address }) => address) }),
  };
}

/** The templates of its nodes, or all of them where Terraform would replace the others along with any node. */
function templatesOfHop({ inventory }: PlanInput, replaced: readonly ReplacedNode[]): readonly Template[] {
  const { address, all = false } = inventory.terraform?.templates ?? {};
  if (address === undefined) return [];
  if (all) return allTemplates(inventory.nodes, address);
  const made = replaced.map(({ name, role, replacement }) => ({ node: name, role, host: replacement?.host }));
  return templatesOf(made, address).templates;
}

/**
 * Terraform variables of a hop: its own Talos version, the running Kubernetes version, since an upgrade of Talos does not change that, and
 * the schematics of the roles.
 */
function hopValues({ inventory, observation }: PlanInput, talos: string): Record<string, string> {
  const kubernetes = kubernetesVersions(observation)?.highest ?? inventory.versions.kubernetes;
  return terraformValues(inventory, { talos, kubernetes });
}

/** The variables for any versions: value by name. */
export function terraformValues(
  inventory: Inventory,
  { talos, kubernetes }: Inventory['versions'],
): Record<string, string> {
  const variables = inventory.terraform?.variables;
  if (!variables) return {};
  const entries: [string | undefined, string | undefined][] = [
    [variables.talos, writtenVersion(talos, variables.talosWritten)],
    [variables.kubernetes, writtenVersion(kubernetes, variables.kubernetesWritten)],
    ...(['control-plane', 'worker'] as const).map((role): [string | undefined, string | undefined] => [
      variables.schematic[role],
      inventory.roles[role]?.schematic,
    ]),
  ];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (name === undefined || value === undefined ? [] : [[name, value]])),
  );
}

/** The Terraform configuration a plan depends on; empty where none of its hops replaces a node. */
export function plannedTerraform(
  { inventory: { terraform }, request }: PlanInput,
  hops: readonly Hop[],
): { readonly terraform?: PlannedTerraform } {
  if (!terraform || !hops.some((hop) => hop.strategy === 'replace')) return {};
  const { tool, version, source, workspace } = terraform;
  return {
    terraform: {
      tool,
      version,
      ...(source.repository === undefined ? {} : { repository: source.repository }),
      folder: source.folder,
      workspace,
      commit: request.commit ?? 'unknown',
    },
  };
}
