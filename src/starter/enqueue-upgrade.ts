import type { Client } from '@temporalio/client';
import { enqueueUpgrade as enqueue, type EnqueueAnswer, type EnqueueInput } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Submits an upgrade to its cluster's queue: returns the number of its run, or why there is none. */
export async function enqueueUpgrade(
  client: Client,
  input: EnqueueInput,
  options: AskOptions,
): Promise<EnqueueAnswer | Unanswered> {
  return askQueue(client, enqueue, { cluster: input.request.cluster, input }, options);
}
