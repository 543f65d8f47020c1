import { leftToChange, type LeftToChange } from '../planning/terraform/left-to-change.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { addressesOf, readyTerraform } from './terraform-step.js';

export interface ConfirmNoChanges extends RunReference {
  readonly limit: number;
  /** `false`: a lock of somebody else is told, and not waited for. */
  readonly waitsForLock?: boolean;
}

/**
 * Asks Terraform what it would still do, given what git says and no values of a hop: after the last node that was made anew that
 * should be nothing. It only looks.
 */
export async function confirmNoChanges(
  settings: ActivitySettings,
  step: ConfirmNoChanges,
): Promise<LeftToChange> {
  const doing = 'Terraform is asked what it would still change';
  return inCluster(settings, step, doing, async (access, wait) => {
    const lockMs = step.waitsForLock === false ? 0 : access.inventory.limits.terraformLock;
    const ready = await readyTerraform(settings, access, wait, step, step.limit, lockMs);
    const { plan } = await ready.terraform.plan({ values: {}, replace: [], targets: [] }, ready.limits());
    return leftToChange(plan, addressesOf(access));
  });
}
