import type { Connection } from '@temporalio/client';
import { isGone, workerIdentityOf, type WorkerIdentity } from './worker-identity.js';

/** Where to look for what a dead worker had begun. */
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

/** PENDING_ACTIVITY_STATE_STARTED. One that was told to stop is left to its heartbeat: it is not tried again. */
const started = 2;
/** gRPC: it has ended, or is not under way, in the meantime. */
const notFound = 5;

const pageSize = 200;

/** Near the end of its time there may be no next attempt: then it is the timeout that says what was waited for. */
const leftMsMin = 60_000;

/**
 * Has Temporal give the activities of workers that are gone from this machine to somebody else now, instead of after the
 * heartbeat timeout: each is failed, and tried again like after any passing failure.
 *
 * Temporal is told workflow and activity, and not the attempt. Between the look and the word another attempt may have begun:
 * after a heartbeat timeout in that very instant. That attempt would be failed instead: its worker hears of it with its next
 * heartbeat, stops, and the attempt after it goes on, as when a heartbeat is lost. Every activity may run twice at once for
 * that long, and one that sends a thing once only observes from its second attempt on (`activities/guarded-request.ts`).
 *
 * A dead worker sends nothing any more, nor do its children, which died with it. What it had sent may still be carried out: a
 * write to a Node fails its test then, or comes before the next attempt's look, and is adopted.
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

/** Who had it, where that worker is gone for sure, and there is time for another attempt. */
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

/** The dead worker is not asked for the next decision of the workflow, nor of those that wait for it. */
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

/** The answer; undefined when there is no such thing any more. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === notFound)
      return undefined;
    throw error;
  }
}
