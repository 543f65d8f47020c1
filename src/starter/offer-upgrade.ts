import type { Client } from '@temporalio/client';
import { offerUpgrade as offer, type Offer, type OfferAnswer } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Hands what was merged to its cluster's queue: it begins, or waits its turn there. A delivery that asks again gets the same answer. */
export async function offerUpgrade(
  client: Client,
  input: Offer,
  options: AskOptions,
): Promise<OfferAnswer | Unanswered> {
  const { cluster, origin } = input.input.request;
  const updateId = origin ? { updateId: `${origin.delivery} ${input.key}` } : {};
  return askQueue(client, offer, { cluster, input }, { ...options, ...updateId });
}
