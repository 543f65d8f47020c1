import { listQueues, readQueue } from '../runs/temporal/cluster-queue.js';
import { isSilence } from '../runs/temporal/grpc-failure.js';
import { listRuns } from '../runs/temporal/list-runs.js';
import { runReader, type RunReader } from '../runs/temporal/read-run.js';
import type { Temporal } from '../runs/temporal/temporal.js';
import { webUiAddress } from '../runs/temporal/web-ui.js';
import { seeWorkers } from '../runs/temporal/workers.js';
import { SourceUnreachable, type PageSource } from './page-source.js';

/** A cached answer serves all requests within this time. Milliseconds. */
const freshMs = 900;
/** Cached answers, and runs whose histories are cached. */
const answersMax = 256;
const readersMax = 16;

/**
 * Reads Temporal's record, never a worker. However many people watch, the same request goes to Temporal once a second.
 * Every call has a timeout. A call without a response throws `SourceUnreachable`.
 */
export function temporalSource(temporal: Temporal, taskQueue: string): PageSource {
  const answers = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();
  const readers = new Map<string, RunReader>();

  const once = async <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = answers.get(key);
    if (known && performance.now() - known.at < freshMs) return known.answer as Promise<T>;
    const answer = ask().catch((error: unknown) => {
      throw isSilence(error) ? new SourceUnreachable(`Temporal at ${temporal.address}`, error) : error;
    });
    // The age of an answer counts from its arrival. Until then every request waits for the same call.
    keep(answers, key, { at: Number.POSITIVE_INFINITY, answer }, answersMax);
    const from = (): void => {
      if (answers.get(key)?.answer === answer) answers.set(key, { at: performance.now(), answer });
    };
    answer.then(from, () => answers.delete(key));
    return answer;
  };
  const reader = (cluster: string, run: number): RunReader => {
    const key = `${cluster}/${run}`;
    const found = readers.get(key) ?? runReader(temporal, taskQueue, cluster);
    keep(readers, key, found, readersMax);
    return found;
  };

  return {
    clusters: () => once('clusters', () => listQueues(temporal)),
    cluster: (name) => once(`cluster ${name}`, () => readQueue(temporal, name)),
    lastRuns: (cluster, last) => once(`runs ${cluster} ${last}`, () => listRuns(temporal, cluster, last)),
    run: (cluster, run) => once(`run ${cluster}/${run}`, () => reader(cluster, run).read(run)),
    workers: () => once('workers', () => seeWorkers(temporal, taskQueue)),
    webUi: (workflowId) => webUiAddress(temporal, workflowId),
  };
}

/** Adds an entry as the newest, and removes the oldest one above the limit. */
function keep<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
