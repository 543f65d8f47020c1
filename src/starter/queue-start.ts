import { WithStartWorkflowOperation, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { clusterQueue } from '../workflows/cluster-queue.js';
import { queueId, workflowTypes, type QueueMemo } from '../workflows/messages.js';

const askMs = 5_000;

/**
 * The start half of an update-with-start to a cluster's queue: does nothing when the queue runs.
 *
 * A queue that somebody terminated is started with what its memo still says, so neither its numbering nor a hold is
 * lost, nor a freeze, nor what was rolled back. A merge that waited is: a person asks for it (`slipway upgrade`). A run that was open then holds the cluster:
 * nobody knows any more how it ends.
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

/** What a queue starts with, given what the one before said last. */
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

/** What a cluster's queue says of itself, whether it runs or not; undefined: there is none. */
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
