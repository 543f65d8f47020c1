import type { Client } from '@temporalio/client';

/** The pollers of a task queue, as Temporal's server knows them. */
export interface Pollers {
  readonly taskQueue: string;
  /** A worker polled it within the length of a poll. One that was killed a moment ago still counts. */
  readonly answering: boolean;
  /** ISO time of the last poll; undefined: none in the last five minutes, or since the server started, which keeps no record. */
  readonly lastSeen: string | undefined;
}

/** Workers poll with calls that last up to a minute; a worker not seen for longer is gone. */
const pollMs = 75_000;
const askMs = 5_000;

/** Asks Temporal's server who polls the queue for workflow tasks; the server responds without a worker, too. */
export async function lookForWorkers(client: Client, taskQueue: string): Promise<Pollers> {
  const { namespace } = client.options;
  const answer = await client.withDeadline(Date.now() + askMs, () =>
    // Without a task type the request is about workflow tasks.
    client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
  );
  const times = (answer.pollers ?? []).map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000);
  const newest = Math.max(0, ...times);
  const lastSeen = newest > 0 ? new Date(newest).toISOString() : undefined;
  return { taskQueue, answering: Date.now() - newest < pollMs, lastSeen };
}
