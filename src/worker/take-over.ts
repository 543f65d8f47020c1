import type { Connection } from '@temporalio/client';
import { isGone, workerIdentityOf, type WorkerIdentity } from './worker-identity.js';

/** Where to look for the activities of dead workers. */
export interface TakeOver {
  readonly connection: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly own: WorkerIdentity;
  readonly say: (line: string) => void;
}

type WorkflowService = Connection['workflowService'];
type Description = Awaited<ReturnType<WorkflowService['describeWorkflowExecution']>>;
type PendingActivity = NonNullable<Description['pendingActivities']>[number];
type Execution = NonNullable<NonNullable<Description['workflowExecutionInfo']>['execution']>;

/** PENDING_ACTIVITY_STATE_STARTED. One under cancellation is left to its heartbeat: it is not retried. */
const started = 2;
/** gRPC: it has ended, or is not under way any more. */
const notFound = 5;

const pageSize = 200;

/** With less time left there may be no next attempt: then the timeout says what it waited for. */
const leftMsMin = 60_000;

/**
 * Fails the activities of dead workers on this machine now, instead of after the heartbeat timeout: Temporal retries each, as after
 * any transient failure.
 *
 * Temporal's API names workflow and activity, and not the attempt. Between list and failure another attempt may have begun: after a
 * heartbeat timeout in that instant. Then that attempt fails instead: its worker learns of it with its next heartbeat and stops, and
 * the next attempt continues, as after a lost heartbeat. Every activity may run twice at once for that long. One that sends a
 * one-shot request only observes from its second attempt on (`activities/guarded-request.ts`).
 *
 * A dead worker sends nothing more, nor do its children, which died with it. A request it had sent may still be carried out: a write
 * to a Node then fails its test, or comes before the next attempt's observation, and is adopted.
 *
 * @returns how many were taken over.
 */
export async function takeOver(options: TakeOver): Promise<number> {
  const { connection, namespace } = options;
  const { workflowService } = connection;
  const counts = await Promise.all(
    (await openExecutions(options)).map(async (execution) => {
      const seen = await unlessGone(workflowService.describeWorkflowExecution({ namespace, execution }));
      const lost = (seen?.pendingActivities ?? []).filter((activity) => goneWorker(activity, options.own));
      if (!seen || lost.length === 0) return 0;
      const failed = await Promise.all(lost.map((activity) => failNow(options, execution, activity)));
      if (failed.includes(true)) await forgetSticky(options, seen);
      return failed.filter(Boolean).length;
    }),
  );
  return counts.reduce((total, count) => total + count, 0);
}

async function openExecutions({ connection, namespace, taskQueue }: TakeOver): Promise<Execution[]> {
  const found: Execution[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- page after page
    const page = await connection.workflowService.listWorkflowExecutions({
      namespace,
      pageSize,
      query: `TaskQueue = "${taskQueue.replaceAll(/["\\]/g, String.raw`\$&`)}" AND ExecutionStatus = "Running"`,
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    found.push(...(page.executions ?? []).flatMap(({ execution }) => (execution ? [execution] : [])));
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return found;
}

/** The worker that had it, where that is surely gone, and there is time for another attempt. */
function goneWorker(activity: PendingActivity, own: WorkerIdentity): WorkerIdentity | undefined {
  if (Number(activity.state) !== started) return undefined;
  const expires = Number(activity.expirationTime?.seconds ?? 0) * 1_000;
  if (expires > 0 && expires - Date.now() < leftMsMin) return undefined;
  const worker = workerIdentityOf(activity.lastWorkerIdentity ?? '');
  return worker && isGone(worker, own) ? worker : undefined;
}

async function failNow(
  { connection, namespace, own, say }: TakeOver,
  { workflowId, runId }: Execution,
  activity: PendingActivity,
): Promise<boolean> {
  const worker = workerIdentityOf(activity.lastWorkerIdentity ?? '') ?? own;
  const message = `the worker that did this is gone (pid ${worker.pid} on ${worker.host}); taken over at once`;
  const answer = await unlessGone(
    connection.workflowService.respondActivityTaskFailedById({
      namespace,
      workflowId: workflowId ?? '',
      runId: runId ?? '',
      activityId: activity.activityId ?? '',
      identity: `slipway-worker@${own.host}#${own.pid}`,
      failure: { message, source: 'slipway', applicationFailureInfo: { type: 'WorkerGone' } },
    }),
  );
  if (answer) say(`${activity.activityType?.name ?? 'an activity'} of ${workflowId ?? ''}: ${message}`);
  return answer !== undefined;
}

/** Resets the workflow's sticky queue, so that the dead worker is not asked for its next workflow task. */
async function forgetSticky(
  { connection, namespace }: TakeOver,
  { workflowExecutionInfo: info }: Description,
): Promise<void> {
  const waiting = [info?.execution, info?.parentExecution, info?.rootExecution];
  const executions = new Map(
    waiting.flatMap((execution) => (execution ? [[execution.workflowId ?? '', execution] as const] : [])),
  );
  await Promise.all(
    [...executions.values()].map((execution) =>
      unlessGone(connection.workflowService.resetStickyTaskQueue({ namespace, execution })),
    ),
  );
}

/** The response; undefined when it does not exist any more. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === notFound)
      return undefined;
    throw error;
  }
}
