import type { PlannedNode, RollbackValues } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { covers } from '../planning/terraform/address.js';
import { checkTerraformPlan } from '../planning/terraform/check-plan.js';
import { machineIdentity } from '../planning/terraform/machine-identity.js';
import type { MachineInTerraform } from '../planning/terraform/machine-in-terraform.js';
import { creationsIn, writesOf } from '../planning/terraform/planned-changes.js';
import {
  instancesOf,
  recordInstances,
  replacedOf,
  type StateInstance,
} from '../planning/terraform/state-instances.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt } from '../tools/machine-seen.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference, Wait } from './activity-context.js';
import { replacementOf } from './plan-replacement.js';
import { knownState, readyTerraform, type TerraformStep } from './terraform-step.js';

/** Terraform's answer, or the reason why it could not be asked. */
export type AskedTerraform =
  | { readonly kind: 'answered'; readonly value: MachineInTerraform }
  | { readonly kind: 'refused'; readonly reason: Reason };

/**
 * Asks Terraform for the state of a node's machine, and for its plan with the values of the rollback. Only observes, and waits for
 * nobody's state lock. A Terraform that still makes this machine may finish first.
 */
export async function machineInTerraform(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  reference: RunReference,
  node: PlannedNode,
  way: RollbackValues,
): Promise<AskedTerraform> {
  try {
    const ready = await readyTerraform(settings, access, wait, reference, wait.limit, 0);
    const { state } = await knownState(access, wait, ready, undefined, node.name);
    const { address } = replacementOf(node);
    const present = replacedOf(instancesOf(state, address), ready.section.keep);
    const templates = await differing(ready, way);
    const asked = await ready.terraform.plan(
      { values: way.values, replace: [], targets: [address] },
      ready.limits(),
    );
    const forbids = await forbiddenBeside(ready, node, way, present);
    return {
      kind: 'answered',
      value: {
        present,
        lacking: creationsIn(asked.plan, [address]),
        identity: machineIdentity(state, address, ready.section.resources),
        standing: await machineAt(access, node.name, wait.signal),
        templates,
        ...(forbids ? { forbids } : {}),
      },
    };
  } catch (error) {
    if (wait.signal.aborted || !(error instanceof Refusal)) throw error;
    return { kind: 'refused', reason: error.reason };
  }
}

async function differing({ terraform, limits }: TerraformStep, way: RollbackValues): Promise<string[]> {
  const { values, templates } = way;
  if (templates.length === 0) return [];
  const { plan } = await terraform.plan({ values, replace: [], targets: templates }, limits());
  const writes = writesOf(plan);
  return templates.filter((template) => writes.some(({ address }) => covers(template, address)));
}

/**
 * The first resource that would be replaced beside the machine. Changes elsewhere are checked when the templates are replaced: one
 * that differs may be in this plan, too.
 */
async function forbiddenBeside(
  { terraform, section, limits }: TerraformStep,
  node: PlannedNode,
  { values }: RollbackValues,
  present: readonly StateInstance[],
): Promise<Reason | undefined> {
  const { address, accepts = [] } = replacementOf(node);
  const instances = recordInstances(present);
  if (!instances.ok) return instances.reason;
  const { recorded } = instances;
  if (recorded.length === 0) return undefined;
  const replace = recorded.map((instance) => instance.address);
  const { plan } = await terraform.plan({ values, replace, targets: [address] }, limits());
  const verdict = checkTerraformPlan(plan, {
    subject: node.name,
    purpose: 'machine',
    targets: [address],
    replaces: recorded,
    creates: creationsIn(plan, [address]),
    accepted: accepts,
    rules: section.resources,
  });
  return verdict.ok
    ? undefined
    : verdict.refusals.find((reason) => 'address' in reason && covers(address, reason.address));
}
