import { progressView, type ProgressOptions } from '../progress/progress-text.js';
import { freezeAdvice, holdAdvice, queueLine } from '../../runs/view/queue-view.js';
import { addressesIn, type AddressOf } from '../../planning/node/node-address.js';
import { declaredCluster, declaredName } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { listQueues, type ObservedQueue } from '../../runs/temporal/cluster-queue.js';
import { requireQueue } from '../temporal/require-queue.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import type { Temporal as OpenTemporal } from '../../runs/temporal/temporal.js';
import type { RunView, ObservedWorkers } from '../../runs/view/run-view.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { noWorker, seeWorkers } from '../../runs/temporal/workers.js';
import { print, printJson, say, screen } from '../terminal.js';

export interface StatusOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** Prints a cluster's queue and its run from Temporal's record; without a cluster, one line for each cluster. */
export async function status(named: string | undefined, options: StatusOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const cluster = named ?? (await declaredName(options.file));
    if (cluster === undefined) await statusOfAll(temporal, options);
    else await printStatus(await readStatus(temporal, cluster, options.taskQueue), options);
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

/** One cluster in Temporal's record. */
export interface ClusterStatus {
  readonly queue: ObservedQueue;
  readonly workers: ObservedWorkers;
  /** The open run, else the last one; undefined when there was none. */
  readonly run: RunView | undefined;
}

/** Reads queue, run and workers of a cluster. @throws UserMistake when Temporal knows no such cluster. */
export async function readStatus(
  temporal: OpenTemporal,
  cluster: string,
  taskQueue: string,
): Promise<ClusterStatus> {
  const queue = await requireQueue(temporal, cluster);
  const number = queue.memo.open?.run ?? queue.memo.lastRun;
  const run = number > 0 ? await readRun(temporal, taskQueue, cluster, number) : undefined;
  return { queue, run, workers: run?.workers ?? (await seeWorkers(temporal, taskQueue)) };
}

/** The output of `slipway status --json`. It leaves out the inventory, which is the run's input and not its state. */
export function statusValue({ queue: { cluster, memo, running }, workers, run }: ClusterStatus) {
  return { cluster, queue: { running, ...memo }, workers, run: run ? { ...run, input: undefined } : null };
}

/** The output of `slipway status`. `now` in milliseconds; `addressOf` gives the nodes' addresses for advice about a hold. */
export function statusText(
  { queue, run }: ClusterStatus,
  { now, addressOf, ...options }: ProgressOptions & { readonly now: number; readonly addressOf: AddressOf },
): string {
  const { memo, cluster } = queue;
  const hold = memo.hold ? holdAdvice(memo.hold, cluster, addressOf) : [];
  return [
    queueLine(queue),
    // The progress view of the run that holds the cluster says what to type. Without one, the hold does.
    ...(run ? [progressView(run, now, options)] : hold.map(indent)),
    ...freezeAdvice(queue).map(indent),
  ].join('\n');
}

function indent(line: string): string {
  return `  ${line}`;
}

async function printStatus(seen: ClusterStatus, { json, file }: StatusOptions): Promise<void> {
  if (json) {
    printJson(statusValue(seen));
    return;
  }
  const addressOf = await declaredAddresses(file, seen.queue.cluster);
  print(statusText(seen, { ...screen(), now: Date.now(), addressOf }));
  const { run, workers } = seen;
  // An open run's progress view says it already.
  if (!workers.answering && (run === undefined || run.outcome !== undefined)) {
    const { what, hint } = noWorker(workers);
    say(`${what} ${hint}`);
  }
}

/** Addresses from slipway.yaml, if the file exists here, is valid, and belongs to that cluster. */
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
