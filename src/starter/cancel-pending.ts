import type { Client } from '@temporalio/client';
import {
  cancelPending as cancelPendingUpdate,
  type CancelPendingAnswer,
  type CancelPending,
} from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';
import { lastMemo } from './queue-start.js';

/**
 * Reports to a cluster's queue that git was reverted: a pending merge of another version is cancelled. A repeated request gets the same
 * response. A cluster without a queue gets none by this.
 */
export async function cancelPending(
  client: Client,
  cluster: string,
  declared: CancelPending,
  options: AskOptions,
): Promise<CancelPendingAnswer | Unanswered> {
  if (!(await lastMemo(client, cluster))) return {};
  const updateId = `cancel ${declared.commit}`;
  return askQueue(client, cancelPendingUpdate, { cluster, input: declared }, { ...options, updateId });
}
