import { describe } from '../planning/reasons/describe.js';
import type { Answer } from '../planning/node/observation.js';
import type { Hop, PlannedNode, UpgradePlan } from '../planning/plan/plan.js';
import { changesToAccept, type OtherChanges } from '../planning/terraform/accepted-changes.js';
import { checkTerraformPlan } from '../planning/terraform/check-plan.js';
import {
  instancesOf,
  recordInstances,
  replacedOf,
  type RecordedInstance,
} from '../planning/terraform/state-instances.js';
import type { TerraformState } from '../planning/terraform/terraform-json.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference, Wait } from './activity-context.js';
import { replacementOf } from './plan-replacement.js';
import { readyTerraform, type TerraformStep } from './terraform-step.js';

/**
 * Before a run begins, asks Terraform what it would change of the machines beside the version. Such a change stops a machine's
 * replacement unless a person approves the plan that names it. Only observes, waits for nobody's state lock, and refuses nothing.
 *
 * @returns undefined where no machine is replaced.
 */
export async function surveyMachines(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  reference: RunReference,
  plan: UpgradePlan,
): Promise<Answer<OtherChanges> | undefined> {
  if (!plan.terraform) return undefined;
  try {
    const ready = await readyTerraform(settings, access, wait, reference, wait.limit, 0);
    const state = await ready.terraform.state(ready.limits());
    return { kind: 'answered', value: await otherChanges(ready, state, plan) };
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return { kind: 'unreachable', why: error instanceof Refusal ? describe(error.reason) : whyNot(error) };
  }
}

/** What Terraform would change of the machines that a plan replaces, beside the version. */
export async function otherChanges(
  ready: TerraformStep,
  state: TerraformState,
  { hops }: UpgradePlan,
): Promise<OtherChanges> {
  let found: OtherChanges = {};
  const looked = new Set<string>();
  for (const hop of hops) {
    // The first of its hops replaces what differs.
    const nodes = hop.nodes.filter(
      ({ name, replacement }) => replacement && !replacement.continues && !looked.has(name),
    );
    for (const { name } of nodes) looked.add(name);
    found = { ...found, ...(await otherChangesOf(ready, state, hop, nodes)) };
  }
  return found;
}

/** What is replaced for these nodes, as far as the state shows. */
export function replacedFor(
  nodes: readonly PlannedNode[],
  state: TerraformState,
  keep: readonly string[],
): RecordedInstance[] {
  return nodes.flatMap((node) => {
    const recorded = recordInstances(replacedOf(instancesOf(state, replacementOf(node).address), keep));
    return recorded.ok ? recorded.recorded : [];
  });
}

/** One plan for all of them. Templates that differ are in it, too, and are checked when they are replaced. */
async function otherChangesOf(
  { terraform, section, limits }: TerraformStep,
  state: TerraformState,
  { values = {} }: Hop,
  nodes: readonly PlannedNode[],
): Promise<OtherChanges> {
  const machines = nodes.map((node) => ({ node: node.name, address: replacementOf(node).address }));
  const replaces = replacedFor(nodes, state, section.keep);
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
