import type { CancelPendingAnswer, CancelPending } from '../workflows/messages.js';
import { inActivity, type ActivitySettings } from './activity-context.js';

export interface CancelPendingStep {
  readonly cluster: string;
  readonly declared: CancelPending;
}

/** Reports a revert in git to a cluster's queue, so that no version begins that git no longer declares. Safe to repeat. */
export async function cancelPending(
  settings: ActivitySettings,
  { cluster, declared }: CancelPendingStep,
): Promise<CancelPendingAnswer> {
  return inActivity(`reports to the queue of ${cluster} that git was reverted`, () =>
    settings.cancelPending(cluster, declared),
  );
}
