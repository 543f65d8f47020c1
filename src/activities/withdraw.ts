import type { WithdrawAnswer, Withdrawal } from '../workflows/messages.js';
import { inActivity, type ActivitySettings } from './activity-context.js';

export interface Withdraw {
  readonly cluster: string;
  readonly declared: Withdrawal;
}

/** Tells a cluster's queue that git was reverted, so that nothing begins that nobody declares any more. Safe to repeat. */
export async function withdraw(
  settings: ActivitySettings,
  { cluster, declared }: Withdraw,
): Promise<WithdrawAnswer> {
  return inActivity(`tells the queue of ${cluster} that git was reverted`, () =>
    settings.withdraw(cluster, declared),
  );
}
