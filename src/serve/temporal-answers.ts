import { Connection } from '@temporalio/client';

const answerMs = 2_000;
const serving = 1;
const workflowService = 'temporal.api.workflowservice.v1.WorkflowService';

/** Asks Temporal whether it serves workflows: undefined when it does, else why not. */
export function whyNotServing(address: string): Promise<string | undefined> {
  return ask(address, async (connection) => {
    const { status }: { readonly status: number } = await connection.healthService.check({
      service: workflowService,
    });
    return status === serving ? undefined : 'it does not serve workflows yet';
  });
}

/** The worker to look for among the pollers of a task queue. */
export interface Poller {
  readonly namespace: string;
  readonly taskQueue: string;
  /** A worker's name ends with `#` and its process id. */
  readonly pid: number;
}

/** Asks Temporal whether this worker polls its task queue: undefined when it does, else why not. */
export function whyNotPolling(
  address: string,
  { namespace, taskQueue, pid }: Poller,
): Promise<string | undefined> {
  return ask(address, async (connection) => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
    });
    const polls = (pollers ?? []).some(({ identity }) => identity?.endsWith(`#${pid}`) === true);
    return polls ? undefined : `it does not poll task queue ${taskQueue}`;
  });
}

/** Opens a connection for one request: a kept connection backs off while Temporal is unreachable. */
async function ask(
  address: string,
  question: (connection: Connection) => Promise<string | undefined>,
): Promise<string | undefined> {
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    return await connection.withDeadline(Date.now() + answerMs, () => question(connection));
  } catch (error) {
    return `Temporal does not answer at ${address} (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    await connection.close();
  }
}
