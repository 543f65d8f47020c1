import type { Client } from '@temporalio/client';
import {
  enqueueMerge as enqueueMergeUpdate,
  type EnqueueMerge,
  type EnqueueMergeAnswer,
} from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Submits a merge to its cluster's queue: it begins, or waits there. A repeated delivery gets the same answer. */
export async function enqueueMerge(
  client: Client,
  input: EnqueueMerge,
  options: AskOptions,
): Promise<EnqueueMergeAnswer | Unanswered> {
  const { cluster, origin } = input.input.request;
  const updateId = origin ? { updateId: `${origin.delivery} ${input.key}` } : {};
  return askQueue(client, enqueueMergeUpdate, { cluster, input }, { ...options, ...updateId });
}
