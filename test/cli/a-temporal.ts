import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { temporalAddress } from '../../lab/world.js';
import {
  queueId,
  runId,
  workflowTypes,
  type QueueMemo,
  type RunInput,
} from '../../src/workflows/messages.js';
import { limits } from '../limits.js';
import { until } from '../until.js';

/** A separate namespace on the Temporal of the test run, without a worker. */
export interface WorkerlessTemporal {
  readonly client: Client;
  readonly namespace: string;
  readonly address: string;
  /** The environment for the command line. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a queue and its open run to v1.12.6, as a queue with a worker would. */
  enqueueRun(cluster: string, run: number): Promise<void>;
  /** Starts only an open run, to v1.12.6. */
  startRun(cluster: string, run: number): Promise<void>;
  /** Makes the server record a worker's poll of the queue. */
  pretendWorker(taskQueue: string): Promise<void>;
  stop(): Promise<void>;
}

const dayInSeconds = 86_400;

export async function startWorkerlessTemporal(): Promise<WorkerlessTemporal> {
  const address = temporalAddress();
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  const { workflowService } = connection;
  // A plain number of seconds is what the protocol's Long is made from.
  const retention = { seconds: dayInSeconds } as never;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention });
  const client = new Client({ connection, namespace });
  const pretendWorker = async (taskQueue: string): Promise<void> => {
    const request = { namespace, taskQueue: { name: taskQueue }, identity: 'nobody' };
    // A worker's poll may last a minute; this one is cancelled, like that of a killed worker.
    const gone = AbortSignal.timeout(2_000);
    const poll = () => connection.withAbortSignal(gone, () => workflowService.pollWorkflowTaskQueue(request));
    await connection.withDeadline(Date.now() + limits.wait, poll).catch(() => undefined);
  };
  await untilKnown(client);
  return {
    client,
    namespace,
    address,
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    enqueueRun: (cluster, run) => enqueueRun(client, cluster, run),
    startRun: (cluster, run) => startRun(client, cluster, run),
    pretendWorker,
    stop: () => connection.close(),
  };
}

async function enqueueRun(client: Client, cluster: string, run: number): Promise<void> {
  const since = new Date().toISOString();
  const queue: QueueMemo = { hold: null, open: { run, target: 'v1.12.6', since }, lastRun: run };
  await client.workflow.start(workflowTypes.queue, {
    workflowId: queueId(cluster),
    taskQueue: 'slipway',
    args: [],
    memo: { queue },
  });
  await startRun(client, cluster, run);
}

async function startRun(client: Client, cluster: string, run: number): Promise<void> {
  const request: RunInput['request'] = {
    schema: 1,
    cluster,
    talos: 'v1.12.6',
    declared: true,
    requestedBy: 'ada@bench',
    requestedAt: new Date().toISOString(),
  };
  await client.workflow.start(workflowTypes.run, {
    workflowId: runId(cluster, run),
    taskQueue: 'slipway',
    args: [{ request, run }],
  });
}

/** A new namespace takes a moment to reach all of Temporal's services. */
async function untilKnown(client: Client): Promise<void> {
  const { namespace } = client.options;
  await until('Temporal knows the namespace', async () => {
    try {
      await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'any' } });
      await client.workflow.count();
      return true;
    } catch {
      return pause(100, false);
    }
  });
}
