import { nodeAddresses } from '../../runs/view/node-addresses.js';
import { queueView, type QueueView } from '../../runs/view/queue-view.js';
import { queueText } from '../progress/queue-text.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { listQueues, type ObservedQueue } from '../../runs/temporal/cluster-queue.js';
import { requireQueue } from '../temporal/require-queue.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import type { Temporal } from '../../runs/temporal/temporal.js';
import { listRuns } from '../../runs/temporal/list-runs.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { noWorker, seeWorkers } from '../../runs/temporal/workers.js';
import { print, printJson, say } from '../terminal.js';

export interface QueueOptions {
  readonly taskQueue: string;
  /** How many runs of each cluster are listed. */
  readonly last: string;
  readonly json?: boolean;
}

const lastMax = 1_000;

/** Every cluster's queue, or one: its open run, its hold, its last runs. Needs Temporal only, no worker. */
export async function queue(named: string | undefined, options: QueueOptions): Promise<ExitCode> {
  const last = lastOf(options.last);
  const temporal = await connectTemporal();
  try {
    const queues = named === undefined ? await listQueues(temporal) : [await requireQueue(temporal, named)];
    const views: QueueView[] = [];
    for (const observed of queues)
      views.push(await readQueueView(temporal, observed, options.taskQueue, last));
    const workers = await seeWorkers(temporal, options.taskQueue);
    if (options.json) {
      printJson({ clusters: views, workers });
      return exitCodes.ok;
    }
    if (views.length === 0) say('No cluster has had a run yet. Start one: slipway upgrade -f FILE');
    else print(views.map((view) => queueText(view, Date.now())).join('\n\n'));
    if (!workers.answering) {
      const { what, hint } = noWorker(workers);
      say(`${what} ${hint}`);
    }
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

function lastOf(text: string): number {
  const last = Number(text);
  if (Number.isInteger(last) && last >= 1 && last <= lastMax) return last;
  throw new UserMistake(
    `--last takes a number from 1 to ${lastMax}, and "${text}" is none.`,
    'Example: --last 20',
  );
}

/** A cluster's queue with its last `last` runs. */
export async function readQueueView(
  temporal: Temporal,
  observed: ObservedQueue,
  taskQueue: string,
  last: number,
): Promise<QueueView> {
  const { cluster, memo } = observed;
  const runs = await listRuns(temporal, cluster, last);
  // The inventory of the run that holds the cluster has the addresses for the advice.
  const held = memo.hold ? await readRun(temporal, taskQueue, cluster, memo.hold.run) : undefined;
  return queueView(observed, runs, held ? nodeAddresses(held) : () => undefined);
}
