import type { Client } from '@temporalio/client';
import { offerUpgrade } from '../starter/offer-upgrade.js';
import type { Offer, OfferAnswer } from '../workflows/messages.js';

/** This worker polls the queue it asks, so an answer takes moments. */
const answerMs = 30_000;

/** Hands what was merged to the queue of its cluster, from inside an activity. @throws Error when nobody answered: to ask again is safe. */
export function offerThrough(client: Client, taskQueue: string): (offer: Offer) => Promise<OfferAnswer> {
  return async (offer) => {
    const answer = await offerUpgrade(client, offer, { taskQueue, limitMs: answerMs });
    if (answer.verdict === 'unanswered')
      throw new Error(`the queue of ${offer.input.request.cluster} did not answer in ${answerMs / 1000} s`);
    return answer;
  };
}
