import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { clusterQueue } from '../workflows/cluster-queue.js';
import { queueId, workflowTypes, type QueueMemo } from '../workflows/messages.js';

const askMs = 5_000;

/**
 * The start half of an update-with-start to a cluster's queue: does nothing when the queue runs.
 *
 * A queue that somebody terminated is started with the state in its memo: numbering, hold, freeze and blocked versions are kept. A
 * pending merge is lost: a person asks for it (`slipway upgrade`). A run that was open then holds the cluster: nobody knows any more
 * how it ends.
 */
export async function queueStart(
  client: Client,
  cluster: string,
  taskQueue: string,
): Promise<WithStartWorkflowOperation<typeof clusterQueue>> {
  const memo = carriedOver(await lastMemo(client, cluster), new Date().toISOString());
  return new WithStartWorkflowOperation<typeof clusterQueue>(workflowTypes.queue, {
    workflowId: queueId(cluster),
    workflowIdConflictPolicy: 'USE_EXISTING',
    taskQueue,
    args: [{ cluster, lastRun: memo.lastRun, hold: memo.hold, ...kept(memo) }],
    memo: { queue: memo },
    staticSummary: `the queue of ${cluster}: its runs, one at a time`,
  });
}

/** The state a queue starts with, from the last memo of the one before. */
export function carriedOver(memo: QueueMemo | undefined, now: string): QueueMemo {
  if (!memo) return { hold: null, open: null, lastRun: 0 };
  const { hold, open, lastRun } = memo;
  if (!open || hold) return { hold, open: null, lastRun, ...kept(memo) };
  return {
    ...kept(memo),
    hold: { run: open.run, since: now, outcome: 'terminated', reasons: [{ kind: 'terminated' }] },
    open: null,
    lastRun,
  };
}

/** What outlives a queue beside its hold; left out where there is nothing. */
function kept({
  frozen,
  blockedVersions,
  lifted,
}: QueueMemo): Pick<QueueMemo, 'frozen' | 'blockedVersions' | 'lifted'> {
  return {
    ...(frozen ? { frozen } : {}),
    ...(blockedVersions ? { blockedVersions } : {}),
    ...(lifted ? { lifted } : {}),
  };
}

/** The memo of a cluster's queue, whether it runs or not; undefined: there is none. */
export async function lastMemo(client: Client, cluster: string): Promise<QueueMemo | undefined> {
  try {
    const handle = client.workflow.getHandle(queueId(cluster));
    const { memo } = await client.withDeadline(Date.now() + askMs, () => handle.describe());
    return memo?.['queue'] as QueueMemo | undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
