import { leftToChange, type LeftToChange } from '../planning/terraform/left-to-change.js';
import { inCluster, reasonIn, type ActivitySettings, type RunReference } from './activity-context.js';
import { addressesOf, readyTerraform } from './terraform-step.js';

export interface ConfirmNoChanges extends RunReference {
  readonly limit: number;
  /** `false`, after a run in place: it is not waited for, neither for a lock of somebody else nor for what may come back. */
  readonly waitsForLock?: boolean;
}

/**
 * Asks Terraform what it would still do, given what git says and no values of a hop: after the last node that was replaced that
 * should be nothing. It only looks.
 *
 * @throws a failure with the reason; where it is not waited for, the first one is the answer.
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
