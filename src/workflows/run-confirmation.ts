import type { Inventory } from '../inventory/schema.js';
import type { UpgradePlan } from '../planning/plan/plan.js';
import type { LeftToChange } from '../planning/terraform/left-to-change.js';
import { reasonOf } from './failure-reason.js';
import { outageMs } from './activity-options.js';
import { activitiesFor } from './step-activities.js';

/**
 * What Terraform would still change after the last node of a run; undefined where slipway.yaml names no Terraform. The nodes are right
 * by then, whatever Terraform answers, or does not: it is told, and fails nothing. An abort is still an abort where machines were
 * replaced.
 *
 * After a run in place machines are no longer what Terraform made, so what it would do is told, too. It is not worth waiting for: not
 * for somebody who holds the state's lock, nor for a backend that is away; and such a run is done, also when it is aborted meanwhile.
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
  // Where it is not waited for, no outage is either: nor for a Terraform that was told to stop and still waits for its backend.
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
