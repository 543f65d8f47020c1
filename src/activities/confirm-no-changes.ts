import { leftToChange, type LeftToChange } from '../planning/terraform/left-to-change.js';
import { inCluster, reasonIn, type ActivitySettings, type RunReference } from './activity-context.js';
import { addressesOf, readyTerraform } from './terraform-step.js';

export interface ConfirmNoChanges extends RunReference {
  readonly limit: number;
  /** `false`, after a run in place: it waits neither for a state lock nor for an outage. */
  readonly waitsForLock?: boolean;
}

/**
 * Asks Terraform what it would still do with the versions in git and no values of a hop: after the last replacement that should be
 * nothing. Only observes.
 *
 * @throws a failure with the reason; where it does not wait, the first one is the result.
 */
export async function confirmNoChanges(
  settings: ActivitySettings,
  step: ConfirmNoChanges,
): Promise<LeftToChange> {
  try {
    return await ask(settings, step);
  } catch (error) {
    const reason = step.waitsForLock === false ? reasonIn(error) : undefined;
    if (!reason) throw error;
    return { kind: 'unknown', reason };
  }
}

function ask(settings: ActivitySettings, step: ConfirmNoChanges): Promise<LeftToChange> {
  const doing = 'Terraform is asked what it would still change';
  return inCluster(settings, step, doing, async (access, wait) => {
    const lockMs = step.waitsForLock === false ? 0 : access.inventory.limits.terraformLock;
    const ready = await readyTerraform(settings, access, wait, step, step.limit, lockMs);
    const { plan } = await ready.terraform.plan({ values: {}, replace: [], targets: [] }, ready.limits());
    return leftToChange(plan, addressesOf(access));
  });
}
