import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import {
  approvePlan,
  rejectPlan,
  runId,
  type ApprovalInput,
  type ApproveAnswer,
  type RejectAnswer,
} from '../workflows/messages.js';
import type { AskOptions } from './ask-queue.js';
import { lookForWorkers } from './look-for-workers.js';

export type AnswerVerb = 'approve' | 'reject';

/** An approval or a rejection of one run's plan. */
export interface PlanAnswerRequest {
  readonly cluster: string;
  readonly run: number;
  readonly verb: AnswerVerb;
  readonly input: ApprovalInput;
  /** Identical for every attempt at the same answer: it counts once, and the first result is found again. */
  readonly updateId: string;
}

/** The result of an answer. */
export type PlanAnswered =
  | { readonly kind: 'answered'; readonly answer: ApproveAnswer | RejectAnswer }
  /** The run rejects it: its sentence. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The run has ended, and had no such answer. */
  | { readonly kind: 'ended' }
  /** Temporal knows no such run. */
  | { readonly kind: 'unknown' }
  /** `sent`: Temporal has it, and a worker may still process it. */
  | { readonly kind: 'unanswered'; readonly sent: boolean };

const lookMs = 5_000;
const updates = { approve: approvePlan, reject: rejectPlan } as const;

/** Sends an answer to the run whose plan it is about. Sends nothing when no worker polls the task queue. */
export async function answerPlan(
  client: Client,
  { cluster, run, verb, input, updateId }: PlanAnswerRequest,
  { taskQueue, limitMs }: AskOptions,
): Promise<PlanAnswered> {
  const handle = client.workflow.getHandle(runId(cluster, run));
  const within = <T>(ms: number, act: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + ms, act);
  try {
    const { status } = await within(lookMs, () => handle.describe());
    if (status.name !== 'RUNNING') return await within(lookMs, () => answeredBefore(handle, updateId));
    if (!(await lookForWorkers(client, taskQueue)).answering) return { kind: 'unanswered', sent: false };
    const update: UpdateDefinition<ApproveAnswer | RejectAnswer, [ApprovalInput]> = updates[verb];
    const answer = await within(limitMs, () => handle.executeUpdate(update, { args: [input], updateId }));
    return { kind: 'answered', answer };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      return { kind: 'refused', why: error.cause?.message ?? error.message };
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unanswered', sent: true };
    if (isNotFound(error)) return { kind: 'unknown' };
    throw error;
  }
}

/** A rejection ends its run, perhaps before its sender gets the response. */
async function answeredBefore(handle: WorkflowHandle, updateId: string): Promise<PlanAnswered> {
  try {
    const update = handle.getUpdateHandle<ApproveAnswer | RejectAnswer>(updateId);
    return { kind: 'answered', answer: await update.result() };
  } catch (error) {
    if (isNotFound(error)) return { kind: 'ended' };
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (error as { code?: unknown }).code === 5;
}
