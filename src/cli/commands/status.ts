import { boardText } from '../board/board-text.js';
import { freezeAdvice, holdAdvice, queueLine } from '../../runs/view/queue-view.js';
import { addressesIn, type AddressOf } from '../../planning/node-address.js';
import { declaredCluster, declaredName } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { listQueues, type QueueSight } from '../../runs/temporal/cluster-queue.js';
import { requireQueue } from '../temporal/require-queue.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { noWorker, seeWorkers } from '../../runs/temporal/workers.js';
import { print, printJson, say, screen } from '../terminal.js';

export interface StatusOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** What a cluster's queue and its run say, from Temporal's record; without a cluster, one line for each. */
export async function status(named: string | undefined, options: StatusOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const cluster = named ?? (await declaredName(options.file));
    if (cluster === undefined) await statusOfAll(temporal, options);
    else await statusOfOne(temporal, await requireQueue(temporal, cluster), options);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

async function statusOfOne(
  temporal: Temporal,
  queue: QueueSight,
  { taskQueue, json, file }: StatusOptions,
): Promise<void> {
  const { cluster, memo, running } = queue;
  const number = memo.open?.run ?? memo.lastRun;
  const run = number > 0 ? await readRun(temporal, taskQueue, cluster, number) : undefined;
  const workers = run?.workers ?? (await seeWorkers(temporal, taskQueue));
  if (json) {
    // The whole inventory is what the run was started with, not how it stands.
    printJson({
      cluster,
      queue: { running, ...memo },
      workers,
      run: run ? { ...run, input: undefined } : null,
    });
    return;
  }
  print(queueLine(queue));
  if (run) print(boardText(run, Date.now(), screen()));
  // A held run's own board says what to type; without one, the hold does.
  else if (memo.hold)
    for (const line of holdAdvice(memo.hold, cluster, await declaredAddresses(file, cluster)))
      print(`  ${line}`);
  for (const line of freezeAdvice(queue)) print(`  ${line}`);
  // An open run's board says it already.
  if (!workers.answering && (run === undefined || run.outcome !== undefined)) {
    const { what, hint } = noWorker(workers);
    say(`${what} ${hint}`);
  }
}

/** Those of slipway.yaml, where that is here, is well, and is of that cluster. */
async function declaredAddresses(file: string, cluster: string): Promise<AddressOf> {
  const declared = await declaredCluster(file).catch(() => undefined);
  return addressesIn(declared?.inventory.cluster === cluster ? declared.inventory.nodes : []);
}

async function statusOfAll(temporal: Temporal, { taskQueue, json, file }: StatusOptions): Promise<void> {
  const [queues, workers] = await Promise.all([listQueues(temporal), seeWorkers(temporal, taskQueue)]);
  if (json) {
    printJson({
      clusters: queues.map(({ cluster, memo, running }) => ({ cluster, running, ...memo })),
      workers,
    });
    return;
  }
  for (const queue of queues) print(queueLine(queue));
  if (queues.length === 0)
    say(`No cluster has had a run yet, and ${file} is not here. Start one: slipway upgrade -f FILE`);
  if (!workers.answering) {
    const { what, hint } = noWorker(workers);
    say(`${what} ${hint}`);
  }
}
