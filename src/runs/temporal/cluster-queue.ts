import { queueId, workflowTypes, type QueueMemo } from '../../workflows/messages.js';
import type { Temporal } from './temporal.js';
import { isNotFound } from './grpc-failure.js';

const askMs = 5_000;
/** The limit for listing clusters. */
const clustersMax = 200;

/** A cluster's queue and its memo, read from Temporal's server; no worker is needed. */
export interface ObservedQueue {
  readonly cluster: string;
  readonly memo: QueueMemo;
  /** False: somebody terminated the queue, or it failed. The next `slipway upgrade` would start it with an empty memory. */
  readonly running: boolean;
}

const emptyMemo: QueueMemo = { hold: null, open: null, lastRun: 0 };

/** The queue of a cluster; undefined when the cluster never had a run, or its retention is over. */
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

/** Every cluster that has a queue, sorted by name. */
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
