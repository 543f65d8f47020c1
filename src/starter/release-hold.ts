import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { releaseCluster, runId, type ReleaseAnswer, type ReleaseInput } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';
import { lookForWorkers } from './look-for-workers.js';

/** Milliseconds between two requests to a queue that does not know yet how its run ended. */
const askAgainMs = 250;

/**
 * Lifts the hold of a cluster. Touches no node.
 *
 * A run shows its result before its queue knows it. A release in between would find no hold, and the cluster would be held a moment
 * later. So the release is retried until the queue knows, within the limit.
 */
export async function releaseHold(
  client: Client,
  cluster: string,
  input: ReleaseInput,
  options: AskOptions,
): Promise<ReleaseAnswer | Unanswered> {
  const { taskQueue, limitMs } = options;
  const end = Date.now() + limitMs;
  const release = (how: AskOptions): Promise<ReleaseAnswer | Unanswered> =>
    askQueue(client, releaseCluster, { cluster, input }, how);
  let answer = await release(options);
  while (
    answer.verdict === 'not-held' &&
    answer.open !== null &&
    (await hasEnded(client, cluster, answer.open))
  ) {
    const left = end - Date.now() - askAgainMs;
    if (left <= 0)
      return { verdict: 'unanswered', sent: true, pollers: await lookForWorkers(client, taskQueue) };
    await pause(askAgainMs);
    // A request of its own: asked again under the same id, the first answer would come back.
    answer = await release({ taskQueue, limitMs: left });
  }
  return answer;
}

async function hasEnded(client: Client, cluster: string, run: number): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(runId(cluster, run)).describe();
    return status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
