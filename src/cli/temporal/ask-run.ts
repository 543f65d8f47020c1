import { randomUUID } from 'node:crypto';
import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { runId } from '../../workflows/messages.js';
import type { ObservedWorkers } from '../../runs/view/run-view.js';
import { unknownRun, type ChosenRun } from '../run-argument.js';
import type { Temporal } from './connect-temporal.js';
import { isNotFound } from '../../runs/temporal/grpc-failure.js';
import { seeWorkers } from '../../runs/temporal/workers.js';

const answerMs = 10_000;

/** The outcome of an update to a run. */
export type Asked<Answer> =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** The run is closed. */
  | { readonly kind: 'ended' }
  /** `sent`: Temporal has the update, and a worker may still process it within the next moments. */
  | { readonly kind: 'unanswered'; readonly sent: boolean; readonly workers: ObservedWorkers };

/** An update and its timeout: an update that observes the cluster first takes longer. */
export interface Question<Answer, Input> {
  readonly update: UpdateDefinition<Answer, [Input]>;
  readonly input: Input;
  /** Milliseconds. */
  readonly withinMs?: number;
}

/**
 * Sends an update to an open run and waits for its result. Nothing is sent when no worker polls the task queue.
 *
 * @throws UserMistake for a run Temporal does not know.
 */
export async function askRun<Answer, Input>(
  temporal: Temporal,
  chosen: ChosenRun,
  taskQueue: string,
  { update, input, withinMs = answerMs }: Question<Answer, Input>,
): Promise<Asked<Answer>> {
  const handle = temporal.client.workflow.getHandle(runId(chosen.cluster, chosen.run));
  if (!(await isOpen(temporal, chosen))) return { kind: 'ended' };
  const workers = await seeWorkers(temporal, taskQueue);
  if (!workers.answering) return { kind: 'unanswered', sent: false, workers };
  try {
    const answer = await temporal.within(withinMs, () =>
      handle.executeUpdate(update, { args: [input], updateId: randomUUID() }),
    );
    return { kind: 'answered', answer };
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      return { kind: 'unanswered', sent: true, workers };
    // The run ended between the two calls.
    if (isNotFound(error)) return { kind: 'ended' };
    throw error;
  }
}

/** Whether the run is open. @throws UserMistake for a run that Temporal does not know. */
async function isOpen(temporal: Temporal, chosen: ChosenRun): Promise<boolean> {
  try {
    const { status } = await temporal.within(answerMs, () =>
      temporal.client.workflow.getHandle(runId(chosen.cluster, chosen.run)).describe(),
    );
    return status.name === 'RUNNING';
  } catch (error) {
    if (isNotFound(error)) throw unknownRun(chosen, chosen.run);
    throw error;
  }
}
