import { covers } from '../planning/terraform/address.js';
import { creationsIn, sameWrite, writesOf, type Write } from '../planning/terraform/planned-changes.js';
import { recordInstances, type NodeAddress } from '../planning/terraform/state-instances.js';
import {
  knownTemplates,
  templatesToReplace,
  type Template,
  type TemplateToReplace,
} from '../planning/terraform/templates.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { Refusal } from '../tools/refusal.js';
import type { SavedPlan } from '../tools/terraform/terraform.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import {
  applyLimits,
  checkedPlan,
  knownState,
  readyTerraform,
  refuse,
  type CheckedPlan,
  type TerraformStep,
} from './terraform-step.js';

export interface ReplaceTemplates extends RunReference {
  readonly values: Readonly<Record<string, string>>;
  /** Addresses of the templates that the hop's nodes are made from. */
  readonly templates: readonly string[];
  readonly limit: number;
  /** The node that an earlier run left incomplete: the state may lack its machine. */
  readonly underWork?: string;
}

/**
 * Replaces the templates of a hop, where they differ, in one apply: a state has one writer, and hosts work in parallel within it. The
 * plan must touch no node, and afterwards Terraform must plan nothing new for any node.
 */
export async function replaceTemplates(settings: ActivitySettings, step: ReplaceTemplates): Promise<string> {
  const doing = 'the templates of the hop are replaced, where they differ';
  return inCluster(settings, step, doing, async (access, wait) => {
    const ready = await readyTerraform(settings, access, wait, step, step.limit);
    const { state, pulled, nodes } = await knownState(access, wait, ready, undefined, step.underWork);
    const planned = await plan(ready, step, step.templates, []);
    const decision = templatesToReplace({
      templates: wantedTemplates(access, step.templates, { state, plan: planned.plan }),
      state,
      plan: planned.plan,
      recorded: {},
      wanted: {},
      rules: ready.section.resources,
    });
    refuse(decision.refusals);
    if (decision.replace.length === 0) return `all ${decision.keep.length} templates are as they should be`;
    const addresses = nodes.map(({ address }) => address);
    const before = await wantedOfNodes(ready, step, addresses);
    const { saved, summary } = await planTemplates(ready, step, decision.replace, planned, nodes);
    await ready.terraform.backUp(pulled);
    await wait.staysFor(() => ready.terraform.apply(saved, applyLimits(ready)));
    const after = await wantedOfNodes(ready, step, addresses);
    const moved = after.find((write) => !before.some((one) => sameWrite(one, write)));
    if (moved) {
      const owner = nodes.find(({ address }) => covers(address, moved.address));
      throw new Refusal({
        kind: 'terraform-template-moves-node',
        node: owner?.node ?? moved.address,
        ...moved,
      });
    }
    const kept = decision.keep.length === 0 ? '' : `; ${decision.keep.length} stay as they are`;
    return `${ready.section.tool} did this: ${summary}${kept}`;
  });
}

/** The templates of those addresses, with their hosts. A template that no node uses may be missing, and undeclared. */
function wantedTemplates(
  { inventory }: ClusterAccess,
  addresses: readonly string[],
  known: Parameters<typeof knownTemplates>[2],
): readonly Template[] {
  const template = inventory.terraform?.templates?.address;
  if (template === undefined) throw new Error('slipway.yaml names no templates, and the plan rests on them');
  const nodes = inventory.nodes.map(({ name, host, role }) => ({ node: name, host, role }));
  return knownTemplates(nodes, template, known).filter(({ address }) => addresses.includes(address));
}

function plan(
  { terraform, limits }: TerraformStep,
  { values }: ReplaceTemplates,
  targets: readonly string[],
  replace: readonly string[],
): Promise<SavedPlan> {
  return terraform.plan({ values, targets, replace }, limits());
}

/** @param first Terraform's plan for all templates of the hop. */
async function planTemplates(
  ready: TerraformStep,
  { values }: ReplaceTemplates,
  replacement: readonly TemplateToReplace[],
  first: SavedPlan,
  nodes: readonly NodeAddress[],
): Promise<CheckedPlan> {
  const instances = recordInstances(replacement.flatMap(({ replace }) => replace));
  if (!instances.ok) throw new Refusal(instances.reason);
  const targets = replacement.map(({ address }) => address);
  return checkedPlan(ready, values, {
    subject: 'the templates',
    purpose: 'template',
    targets,
    replaces: instances.recorded,
    // A missing template was destroyed by an earlier attempt, or by somebody.
    creates: creationsIn(first.plan, targets),
    nodes,
  });
}

/** All that Terraform would do to nodes: with the hop's values it may want to replace every one of them. */
async function wantedOfNodes(
  ready: TerraformStep,
  step: ReplaceTemplates,
  addresses: readonly string[],
): Promise<Write[]> {
  const { plan: planned } = await plan(ready, step, addresses, []);
  return writesOf(planned).filter(({ address }) => isIn(addresses, address));
}

function isIn(targets: readonly string[], address: string): boolean {
  return targets.some((target) => covers(target, address));
}
