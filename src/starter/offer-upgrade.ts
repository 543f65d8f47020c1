import type { Client } from '@temporalio/client';
import { offerUpgrade as offer, type Offer, type OfferAnswer } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Hands what was merged to its cluster's queue: it begins, or waits its turn there. */
export async function offerUpgrade(
  client: Client,
  input: Offer,
  options: AskOptions,
): Promise<OfferAnswer | Unanswered> {
  return askQueue(client, offer, { cluster: input.input.request.cluster, input }, options);
}
