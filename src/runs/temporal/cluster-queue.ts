import { queueId, workflowTypes, type QueueMemo } from '../../workflows/messages.js';
import type { Temporal } from './temporal.js';
import { isNotFound } from './grpc-failure.js';

const askMs = 5_000;
/** More clusters than anybody lists in one line. */
const clustersMax = 200;

/** What a cluster's queue says of itself in its memo: answered by Temporal's server, no worker needed. */
export interface ObservedQueue {
  readonly cluster: string;
  readonly memo: QueueMemo;
  /** Somebody terminated it, or it failed: the next `slipway upgrade` would start it with an empty memory. */
  readonly running: boolean;
}

const emptyMemo: QueueMemo = { hold: null, open: null, lastRun: 0 };

/** The queue of a cluster; undefined when Slipway never had a run of it (or Temporal has forgotten it). */
export async function readQueue(temporal: Temporal, cluster: string): Promise<ObservedQueue | undefined> {
  try {
    const handle = temporal.client.workflow.getHandle(queueId(cluster));
    const { memo, status } = await temporal.within(askMs, () => handle.describe());
    return {
      cluster,
      memo: (memo?.['queue'] as QueueMemo | undefined) ?? emptyMemo,
      running: status.name === 'RUNNING',
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Every cluster that has a queue, in the order of their names. */
export async function listQueues(temporal: Temporal): Promise<ObservedQueue[]> {
  const queues: ObservedQueue[] = [];
  const query = `WorkflowType = '${workflowTypes.queue}' AND ExecutionStatus = 'Running'`;
  await temporal.within(askMs, async () => {
    for await (const found of temporal.client.workflow.list({ query })) {
      const cluster = found.workflowId.slice(queueId('').length);
      queues.push({
        cluster,
        memo: (found.memo?.['queue'] as QueueMemo | undefined) ?? emptyMemo,
        running: true,
      });
      if (queues.length === clustersMax) break;
    }
  });
  return queues.toSorted((one, other) => one.cluster.localeCompare(other.cluster));
}
