import type { Client } from '@temporalio/client';

/** Who polls a task queue, as Temporal's server knows it. */
export interface Pollers {
  readonly taskQueue: string;
  /** A worker polled it within the length of a poll. One that was killed a moment ago still counts. */
  readonly answering: boolean;
  /** ISO time at which the last worker was seen; undefined: none in the last five minutes, or none since the server started: it keeps no record of them. */
  readonly lastSeen: string | undefined;
}

/** Workers ask for tasks with calls that last up to a minute; who was not seen for longer is gone. */
const pollMs = 75_000;
const askMs = 5_000;

/** Asks Temporal's server who polls the queue for workflow tasks; it answers when no worker is up. */
export async function lookForWorkers(client: Client, taskQueue: string): Promise<Pollers> {
  const { namespace } = client.options;
  const answer = await client.withDeadline(Date.now() + askMs, () =>
    // No type of task is named: then it is about workflow tasks.
    client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
  );
  const times = (answer.pollers ?? []).map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000);
  const newest = Math.max(0, ...times);
  const lastSeen = newest > 0 ? new Date(newest).toISOString() : undefined;
  return { taskQueue, answering: Date.now() - newest < pollMs, lastSeen };
}
