import { patched } from '@temporalio/workflow';
import type { UpgradePlan } from '../planning/plan.js';
import type { LeftToChange } from '../planning/terraform/left-to-change.js';
import { reasonOf } from './failure-reason.js';
import { activitiesFor } from './step-activities.js';

/**
 * What Terraform would still change after the last node of a run that made machines anew; undefined where it made none. The nodes
 * are right by then, whatever Terraform answers, or does not: it is told, and fails nothing. An abort is still an abort.
 */
export async function leftAfter(
  reference: { readonly cluster: string; readonly run: number },
  { terraform, limits }: UpgradePlan,
): Promise<LeftToChange | undefined> {
  if (!terraform || !patched('confirm-no-changes')) return undefined;
  const limit = limits.terraformPlan + limits.terraformLock;
  const summary = 'what Terraform would still change, with what git says';
  try {
    return await activitiesFor('look', limit, summary).confirmNoChanges({ ...reference, limit });
  } catch (error) {
    const reason = reasonOf(error, summary, limit);
    if (reason.kind === 'aborted') throw error;
    return { kind: 'unknown', reason };
  }
}
