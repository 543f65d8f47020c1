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

/** What Terraform says of a pull request. */
export interface TerraformAnswer {
  readonly says: WholePlan;
  /** What it would change beside the version, where machines are replaced. */
  readonly otherChanges?: Answer<OtherChanges>;
}

/** For getting ready and all of its plans, in milliseconds: the comment waits for it. As long for its turn before. */
const limitMs = 300_000;

/** Each takes hundreds of megabytes, and upgrades at work here come first. */
const turns = new ProcessSlots(1);

/**
 * Asks Terraform what it would do with the versions that a pull request proposes. The configuration is that of the branch it would be
 * merged into, since nobody has agreed to the other; no lock is taken, and nothing is written. One is asked at a time in a worker.
 *
 * @param inPublic a reason as it may stand in a comment.
 * @returns undefined where there is nothing to ask: no Terraform, the cluster wants none asked, or no plan.
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
    release = await turn(wait, tool);
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
async function turn(wait: Wait, tool: 'terraform' | 'tofu'): Promise<ReleaseSlot> {
  const late = AbortSignal.timeout(limitMs);
  try {
    return await turns.acquire(AbortSignal.any([wait.signal, late]), () =>
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
  // Machines may follow no version by themselves: the run has them replaced.
  const last = replacement.hops.findLast(({ strategy }) => strategy === 'replace');
  const anew = (last?.nodes ?? []).filter((node) => node.replacement && !node.replacement.continues);
  const replace = replacedFor(anew, state, ready.section.keep).map(({ address }) => address);
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
