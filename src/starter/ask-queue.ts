import { randomUUID } from 'node:crypto';
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { lookForWorkers, type Pollers } from './look-for-workers.js';
import { queueStart } from './queue-start.js';

export interface AskOptions {
  readonly taskQueue: string;
  /** How long a response may take, in milliseconds. */
  readonly limitMs: number;
  /** Identical for the same request: asked again, its first response comes back. Left out: each request is a new one. */
  readonly updateId?: string;
}

/** No response. `sent`: Temporal has the request, and a worker that comes up may still process it. */
export interface Unanswered {
  readonly verdict: 'unanswered';
  readonly sent: boolean;
  readonly pollers: Pollers;
}

/**
 * Sends a request to a cluster's queue, and starts the queue where there is none (update-with-start). Sends nothing when no worker polls
 * the task queue: a request that is processed hours later helps nobody.
 */
export async function askQueue<Answer, Input>(
  client: Client,
  update: UpdateDefinition<Answer, [Input]>,
  { cluster, input }: { readonly cluster: string; readonly input: Input },
  { taskQueue, limitMs, updateId = randomUUID() }: AskOptions,
): Promise<Answer | Unanswered> {
  const pollers = await lookForWorkers(client, taskQueue);
  if (!pollers.answering) return { verdict: 'unanswered', sent: false, pollers };
  const startWorkflowOperation = await queueStart(client, cluster, taskQueue);
  try {
    return await client.withDeadline(Date.now() + limitMs, () =>
      client.workflow.executeUpdateWithStart(update, {
        args: [input],
        startWorkflowOperation,
        updateId,
      }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      return { verdict: 'unanswered', sent: true, pollers };
    throw error;
  }
}
