import type { Inventory } from '../inventory/schema.js';
import type { UpgradePlan } from '../planning/plan/plan.js';
import type { LeftToChange } from '../planning/terraform/left-to-change.js';
import { reasonOf } from './failure-reason.js';
import { outageMs } from './activity-options.js';
import { activitiesFor } from './step-activities.js';

/**
 * What Terraform would still change after the last node of a run; undefined where slipway.yaml names no Terraform. The nodes are on
 * target by then: Terraform's result, or its failure, is reported and fails nothing. An abort still counts where machines were
 * replaced.
 *
 * After a run in place the machines differ from what Terraform made, so its plan is reported, too. That is not worth a wait for a
 * held state lock or an unreachable backend. Such a run is done, even if it is aborted meanwhile.
 *
 * @param abortedBy who aborted the run, and why, where somebody did.
 */
export async function leftAfter(
  reference: { readonly cluster: string; readonly run: number },
  { terraform: makes, limits }: UpgradePlan,
  { terraform: named }: Pick<Inventory, 'terraform'>,
  abortedBy: () => string | undefined,
): Promise<LeftToChange | undefined> {
  if (!named) return undefined;
  const limit = limits.terraformPlan + (makes ? limits.terraformLock : 0);
  const summary = 'what Terraform would still change, with what git says';
  const how = makes ? {} : { waitsForLock: false };
  // No wait, so no outage either: nor for a Terraform that was stopped and still waits for its backend.
  const act = activitiesFor('look', limit, summary, makes ? outageMs : 0);
  try {
    return await act.confirmNoChanges({ ...reference, limit, ...how });
  } catch (error) {
    const reason = reasonOf(error, summary, limit);
    if (reason.kind !== 'aborted') return { kind: 'unknown', reason };
    if (makes) throw error;
    return { kind: 'unknown', reason: { kind: 'aborted', by: abortedBy() ?? reason.by } };
  }
}
