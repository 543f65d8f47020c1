import { patched } from '@temporalio/workflow';
import type { Inventory } from '../inventory/schema.js';
import type { UpgradePlan } from '../planning/plan.js';
import type { LeftToChange } from '../planning/terraform/left-to-change.js';
import { reasonOf } from './failure-reason.js';
import { activitiesFor } from './step-activities.js';

/**
 * What Terraform would still change after the last node of a run; undefined where slipway.yaml names no Terraform. The nodes are right
 * by then, whatever Terraform answers, or does not: it is told, and fails nothing. An abort is still an abort.
 *
 * After a run in place machines are no longer what Terraform made, so what it would do is told, too; it is not worth waiting for
 * somebody who holds the state's lock.
 */
export async function leftAfter(
  reference: { readonly cluster: string; readonly run: number },
  { terraform: makes, limits }: UpgradePlan,
  { terraform: named }: Pick<Inventory, 'terraform'>,
): Promise<LeftToChange | undefined> {
  if (!named || !patched(makes ? 'confirm-no-changes' : 'confirm-in-place')) return undefined;
  const limit = limits.terraformPlan + (makes ? limits.terraformLock : 0);
  const summary = 'what Terraform would still change, with what git says';
  const how = makes ? {} : { waitsForLock: false };
  try {
    return await activitiesFor('look', limit, summary).confirmNoChanges({ ...reference, limit, ...how });
  } catch (error) {
    const reason = reasonOf(error, summary, limit);
    if (reason.kind === 'aborted') throw error;
    return { kind: 'unknown', reason };
  }
}
