import type { Client } from '@temporalio/client';
import type { QueueAsking } from '../activities/activity-context.js';
import type { AskOptions, Unanswered } from '../starter/ask-queue.js';
import { enqueueMerge } from '../starter/enqueue-merge.js';
import { lastMemo } from '../starter/queue-start.js';
import { cancelPending } from '../starter/cancel-pending.js';

/** This worker polls the queue it asks, so an answer takes moments. */
const limitMs = 30_000;

/** Asks the queues of clusters, from inside an activity. Each call throws an Error when the queue does not respond: a retry is safe. */
export function askingQueues(client: Client, taskQueue: string): QueueAsking {
  const options: AskOptions = { taskQueue, limitMs };
  return {
    enqueueMerge: async (merge) =>
      answered(merge.input.request.cluster, await enqueueMerge(client, merge, options)),
    cancelPending: async (cluster, declared) =>
      answered(cluster, await cancelPending(client, cluster, declared, options)),
    queueOf: (cluster) => lastMemo(client, cluster),
  };
}

function answered<Answer extends object>(cluster: string, answer: Answer | Unanswered): Answer {
  if ('verdict' in answer && answer.verdict === 'unanswered')
    throw new Error(`the queue of ${cluster} did not answer in ${limitMs / 1000} s`);
  return answer as Answer;
}
