import type { Client } from '@temporalio/client';
import type { QueueAsking } from '../activities/activity-context.js';
import type { AskOptions, Unanswered } from '../starter/ask-queue.js';
import { offerUpgrade } from '../starter/offer-upgrade.js';
import { lastMemo } from '../starter/queue-start.js';
import { withdrawOffer } from '../starter/withdraw-offer.js';

/** This worker polls the queue it asks, so an answer takes moments. */
const limitMs = 30_000;

/** Asks the queues of clusters, from inside an activity. Each throws an Error when nobody answered: to ask again is safe. */
export function askingQueues(client: Client, taskQueue: string): QueueAsking {
  const options: AskOptions = { taskQueue, limitMs };
  return {
    offer: async (offer) => answered(offer.input.request.cluster, await offerUpgrade(client, offer, options)),
    withdraw: async (cluster, declared) =>
      answered(cluster, await withdrawOffer(client, cluster, declared, options)),
    queueOf: (cluster) => lastMemo(client, cluster),
  };
}

function answered<Answer extends object>(cluster: string, answer: Answer | Unanswered): Answer {
  if ('verdict' in answer && answer.verdict === 'unanswered')
    throw new Error(`the queue of ${cluster} did not answer in ${limitMs / 1000} s`);
  return answer as Answer;
}
