import { advise, holdSentence } from '../../planning/describe.js';
import { boardText } from '../board/board-text.js';
import { declaredName } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { listQueues, requireQueue, type QueueSight } from '../temporal/cluster-queue.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { readRun } from '../temporal/read-run.js';
import { noWorker, seeWorkers } from '../temporal/workers.js';
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
  { taskQueue, json }: StatusOptions,
): Promise<void> {
  const { cluster, memo, running } = queue;
  const number = memo.open?.run ?? memo.lastRun;
  const run = number > 0 ? await readRun(temporal, taskQueue, cluster, number) : undefined;
  const workers = run?.workers ?? (await seeWorkers(temporal, taskQueue));
  if (json) {
    printJson({ cluster, queue: { running, ...memo }, workers, run: run ?? null });
    return;
  }
  print(queueText(queue));
  if (run) print(boardText(run, Date.now(), screen()));
  // A held run's own board says what to type; without one, the hold does.
  else for (const line of adviceOf(queue)) print(`  ${line}`);
  // An open run's board says it already.
  if (!workers.answering && (run === undefined || run.outcome !== undefined)) {
    const { what, hint } = noWorker(workers);
    say(`${what} ${hint}`);
  }
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
  for (const queue of queues) print(queueText(queue));
  if (queues.length === 0)
    say(`No cluster has had a run yet, and ${file} is not here. Start one: slipway upgrade -f FILE`);
  if (!workers.answering) {
    const { what, hint } = noWorker(workers);
    say(`${what} ${hint}`);
  }
}

function adviceOf({ cluster, memo: { hold } }: QueueSight): string[] {
  return [...new Set(hold?.reasons.flatMap((reason) => advise(reason, { cluster, run: hold.run })))];
}

function queueText({ cluster, memo, running }: QueueSight): string {
  const { hold, open, lastRun } = memo;
  if (!running)
    return `${cluster}: its queue was ended from outside. The next slipway upgrade starts it again, with what it remembers.`;
  if (hold) return `${holdSentence(hold, cluster)}.`;
  if (open) return `${cluster}: run ${open.run} is open, to Talos ${open.target}.`;
  return lastRun > 0
    ? `${cluster}: no run is open; the last one was run ${lastRun}.`
    : `${cluster}: no run yet.`;
}
