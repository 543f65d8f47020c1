import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startTemporalAlone } from '../../lab/temporal-alone.js';

/** A Temporal with the namespace `slipway` and no worker. */
export interface WorkerlessTemporal {
  readonly client: Client;
  /** What the command line needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Lets the server believe that a worker polled the queue just now. */
  pretendWorker(taskQueue: string): Promise<void>;
  stop(): Promise<void>;
}

const namespace = 'slipway';
const dayInSeconds = 86_400;

export async function startWorkerlessTemporal(): Promise<WorkerlessTemporal> {
  const alone = await startTemporalAlone();
  const { address } = alone.server.description;
  const connection = await Connection.connect({ address });
  const { workflowService } = connection;
  // A plain number of seconds is what the protocol's Long is made from.
  const retention = { seconds: dayInSeconds } as never;
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention });
  const client = new Client({ connection, namespace });
  const pretendWorker = async (taskQueue: string): Promise<void> => {
    const request = { namespace, taskQueue: { name: taskQueue }, identity: 'nobody' };
    // A worker's poll may last a minute; this one is given up as a killed worker's is.
    const gone = AbortSignal.timeout(500);
    const poll = () => connection.withAbortSignal(gone, () => workflowService.pollWorkflowTaskQueue(request));
    await connection.withDeadline(Date.now() + 60_000, poll).catch(() => undefined);
  };
  await untilKnown(client);
  return {
    client,
    env: { TEMPORAL_ADDRESS: address },
    pretendWorker,
    stop: async () => {
      await connection.close();
      await alone.stop();
    },
  };
}

/** A new namespace takes a moment to be known to all of Temporal. */
async function untilKnown(client: Client, triesLeft = 100): Promise<void> {
  try {
    await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'any' } });
    await client.workflow.count();
  } catch (error) {
    if (triesLeft === 0) throw error;
    await pause(100);
    await untilKnown(client, triesLeft - 1);
  }
}
