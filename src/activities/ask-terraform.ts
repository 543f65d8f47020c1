import type { Answer } from '../planning/node/observation.js';
import type { Planned } from '../planning/plan/plan.js';
import { describe } from '../planning/reasons/describe.js';
import { terraformValues } from '../planning/plan/replacement-plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { OtherChanges } from '../planning/terraform/accepted-changes.js';
import type { TerraformPlan } from '../planning/terraform/terraform-json.js';
import { wholePlan, type WholePlan } from '../planning/terraform/whole-plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { ProcessSlots, type ReleaseSlot } from '../tools/process-slots.js';
import { Refusal, messageOf } from '../tools/refusal.js';
import type { Wait } from './activity-context.js';
import { otherChanges, replacedFor } from './survey-machines.js';
import { addressesOf, terraformAt, type TerraformPlace, type TerraformStep } from './terraform-step.js';

/** Terraform's plan for a pull request. */
export interface TerraformAnswer {
  readonly says: WholePlan;
  /** What it would change beside the version, where machines are replaced. */
  readonly otherChanges?: Answer<OtherChanges>;
}

/** Limit of init and all plans, in milliseconds: the comment waits for them. The wait for a free slot has the same limit. */
const limitMs = 300_000;

/** Each process takes hundreds of megabytes, and upgrades on this worker come first. */
const slots = new ProcessSlots(1);

/**
 * Asks Terraform what it would do with the versions that a pull request proposes. It reads the configuration of the base branch, since
 * nobody has approved the pull request's. It takes no lock and writes nothing. A worker asks for one pull request at a time.
 *
 * @param inPublic slots a reason into one that may stand in a public comment.
 * @returns undefined where there is nothing to ask: no Terraform, not wanted by the cluster, or no plan.
 */
export async function askTerraform(
  access: ClusterAccess,
  wait: Wait,
  place: Omit<TerraformPlace, 'lockMs'>,
  planned: Planned,
  inPublic: (reason: Reason) => Reason,
): Promise<TerraformAnswer | undefined> {
  const section = place.inventory.terraform;
  if (section?.pullRequests !== 'plan' || planned.verdict === 'refused') return undefined;
  const { tool } = section;
  let release: ReleaseSlot | undefined;
  try {
    release = await acquireSlot(wait, tool);
    return await answered(access, wait, place, planned);
  } catch (error) {
    if (wait.signal.aborted) throw error;
    const reason = inPublic(
      error instanceof Refusal ? error.reason : { kind: 'unexpected', message: messageOf(error) },
    );
    const replaces = planned.verdict === 'planned' && planned.plan.terraform !== undefined;
    return {
      says: { kind: 'unknown', tool, reason },
      ...(replaces ? { otherChanges: { kind: 'unreachable', why: describe(reason) } } : {}),
    };
  } finally {
    release?.();
  }
}

/** @throws Refusal `terraform-plan-failed` when others take too long */
async function acquireSlot(wait: Wait, tool: 'terraform' | 'tofu'): Promise<ReleaseSlot> {
  const late = AbortSignal.timeout(limitMs);
  try {
    return await slots.acquire(AbortSignal.any([wait.signal, late]), () =>
      wait.says(`waits until ${tool} was asked for other pull requests`, wait.endOf(limitMs)),
    );
  } catch (error) {
    if (wait.signal.aborted || !late.aborted) throw error;
    const message = 'it was still asked for other pull requests after five minutes; the next push asks again';
    throw new Refusal({ kind: 'terraform-plan-failed', tool, messages: [message], count: 1 });
  }
}

async function answered(
  access: ClusterAccess,
  wait: Wait,
  place: Omit<TerraformPlace, 'lockMs'>,
  planned: Exclude<Planned, { verdict: 'refused' }>,
): Promise<TerraformAnswer> {
  const ready = await terraformAt(access, wait, Date.now() + limitMs, { ...place, lockMs: 'none' });
  const { tool } = ready.section;
  const { inventory } = place;
  const nodes = addressesOf({ inventory });
  const replacement = planned.verdict === 'planned' && planned.plan.terraform ? planned.plan : undefined;
  if (!replacement) {
    const values = terraformValues(inventory, inventory.versions);
    return { says: wholePlan(await whole(ready, values, []), tool, nodes) };
  }
  const state = await ready.terraform.state(ready.limits());
  // Terraform may not replace machines for a new version on its own: the run has it replace them.
  const last = replacement.hops.findLast(({ strategy }) => strategy === 'replace');
  const replacedNodes = (last?.nodes ?? []).filter((node) => node.replacement && !node.replacement.continues);
  const replace = replacedFor(replacedNodes, state, ready.section.keep).map(({ address }) => address);
  const says = wholePlan(await whole(ready, last?.values ?? {}, replace), tool, nodes);
  return { says, otherChanges: { kind: 'answered', value: await otherChanges(ready, state, replacement) } };
}

async function whole(
  { terraform, limits }: TerraformStep,
  values: Readonly<Record<string, string>>,
  replace: readonly string[],
): Promise<TerraformPlan> {
  return (await terraform.plan({ values, replace, targets: [] }, limits())).plan;
}
