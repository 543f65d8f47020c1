import { describe } from '../planning/describe.js';
import type { Answer } from '../planning/observation.js';
import type { Hop, PlannedNode, UpgradePlan } from '../planning/plan.js';
import { changesToAccept, type OtherChanges } from '../planning/terraform/accepted-changes.js';
import { checkTerraformPlan } from '../planning/terraform/check-plan.js';
import { instancesOf, recordInstances, replacedOf } from '../planning/terraform/state-instances.js';
import type { TerraformState } from '../planning/terraform/terraform-json.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference, Wait } from './activity-context.js';
import { rebuildOf } from './plan-replacement.js';
import { readyTerraform, type TerraformStep } from './terraform-step.js';

/**
 * Asks Terraform, before a run begins, what it would change of the machines beside the version: that is refused at their turn, unless a
 * person says yes to the plan that names it. It only looks, waits for nobody who holds the state's lock, and refuses nothing.
 *
 * @returns undefined where no machine is made anew.
 */
export async function surveyMachines(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  reference: RunReference,
  { hops, terraform: makes }: UpgradePlan,
): Promise<Answer<OtherChanges> | undefined> {
  if (!makes) return undefined;
  try {
    const ready = await readyTerraform(settings, access, wait, reference, wait.limit, 0);
    const state = await ready.terraform.state(ready.limits());
    let value: OtherChanges = {};
    const looked = new Set<string>();
    for (const hop of hops) {
      // What differs is made so by the first of its hops.
      const nodes = hop.nodes.filter(
        ({ name, rebuild }) => rebuild && !rebuild.continues && !looked.has(name),
      );
      for (const { name } of nodes) looked.add(name);
      value = { ...value, ...(await otherChangesOf(ready, state, hop, nodes)) };
    }
    return { kind: 'answered', value };
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return { kind: 'unreachable', why: error instanceof Refusal ? describe(error.reason) : whyNot(error) };
  }
}

/** One plan for all of them. Templates that differ are in it, too, and are looked at when they are made. */
async function otherChangesOf(
  { terraform, section, limits }: TerraformStep,
  state: TerraformState,
  { values = {} }: Hop,
  nodes: readonly PlannedNode[],
): Promise<OtherChanges> {
  const machines = nodes.map((node) => ({ node: node.name, address: rebuildOf(node).address }));
  const replaces = machines.flatMap(({ address }) => {
    const recorded = recordInstances(replacedOf(instancesOf(state, address), section.keep));
    return recorded.ok ? recorded.recorded : [];
  });
  if (replaces.length === 0) return {};
  const targets = machines.map(({ address }) => address);
  const replace = replaces.map(({ address }) => address);
  const { plan } = await terraform.plan({ values, replace, targets }, limits());
  const verdict = checkTerraformPlan(plan, {
    subject: 'the machines',
    purpose: 'machine',
    targets,
    replaces,
    creates: [],
    rules: section.resources,
  });
  return verdict.ok ? {} : changesToAccept(verdict.refusals, machines);
}
