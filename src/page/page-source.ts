import type { ObservedQueue } from '../runs/temporal/cluster-queue.js';
import type { RunLine } from '../runs/temporal/list-runs.js';
import type { RunView, ObservedWorkers } from '../runs/view/run-view.js';

/** The source of the page's data. Each call reads the current state. */
export interface PageSource {
  /** Every cluster that has a queue, in the order of their names. */
  clusters(): Promise<readonly ObservedQueue[]>;
  /** Undefined: no such cluster. */
  cluster(name: string): Promise<ObservedQueue | undefined>;
  /** The last runs of a cluster, the newest first. */
  lastRuns(cluster: string, last: number): Promise<readonly RunLine[]>;
  /** Undefined: no such run, or its retention is over. */
  run(cluster: string, run: number): Promise<RunView | undefined>;
  workers(): Promise<ObservedWorkers>;
  /** Where Temporal's own Web UI shows a workflow; undefined: not known. */
  webUi(workflowId: string): string | undefined;
}

/** Temporal, or another backend of the source, does not respond. */
export class SourceUnreachable extends Error {
  override readonly name = 'SourceSilent';

  /** @param address the backend that does not respond. */
  constructor(
    readonly address: string,
    cause: unknown,
  ) {
    super(`${address} does not answer`, { cause });
  }
}
