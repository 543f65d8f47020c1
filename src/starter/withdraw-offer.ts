import type { Client } from '@temporalio/client';
import { withdrawOffer as withdraw, type WithdrawAnswer, type Withdrawal } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';
import { lastMemo } from './queue-start.js';

/**
 * Tells a cluster's queue that git was reverted: what waits there for another version does not begin any more. Asked again, it answers the
 * same. A cluster that never had one gets none by it.
 */
export async function withdrawOffer(
  client: Client,
  cluster: string,
  declared: Withdrawal,
  options: AskOptions,
): Promise<WithdrawAnswer | Unanswered> {
  if (!(await lastMemo(client, cluster))) return {};
  const updateId = `withdraw ${declared.commit}`;
  return askQueue(client, withdraw, { cluster, input: declared }, { ...options, updateId });
}
