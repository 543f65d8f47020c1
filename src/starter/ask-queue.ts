import { randomUUID } from 'node:crypto';
import { WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { lookForWorkers, type Pollers } from './look-for-workers.js';
import { queueStart } from './queue-start.js';

export interface AskOptions {
  readonly taskQueue: string;
  /** How long an answer may take, in milliseconds. */
  readonly limitMs: number;
  /** The same for the same question: asked again, its first answer comes back. Left out: each question is a new one. */
  readonly updateId?: string;
}

/** Nobody answered. `sent`: the request is with Temporal, and a worker that comes up may still take it. */
export interface Unanswered {
  readonly verdict: 'unanswered';
  readonly sent: boolean;
  readonly pollers: Pollers;
}

/**
 * Asks a cluster's queue something, starting the queue where there is none (update-with-start).
 * Nothing is sent when no worker polls the task queue: a request that is taken hours later helps nobody.
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
