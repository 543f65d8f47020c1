import { runId } from '../../workflows/messages.js';
import { historyFacts, type HistoryFacts } from '../view/history-facts.js';
import { holdOfRun, leavesHold } from '../view/hold-of-run.js';
import { pendingWork } from '../view/pending-work.js';
import type { RunView } from '../view/run-view.js';
import type { ObservedExecution } from '../view/view-of-nodes.js';
import { lostChildren, openChildren, viewOfRun } from '../view/view-of-run.js';
import type { Temporal } from './temporal.js';
import { readQueue } from './cluster-queue.js';
import { isNotFound } from './grpc-failure.js';
import { seeWorkers } from './workers.js';

/** Timeout for reading a run: a run of a thousand nodes has six MiB of history. Callers have checked before that Temporal responds. */
const askMs = 30_000;

/** Reads runs repeatedly, and fetches a history only when it has grown. */
export interface RunReader {
  /** Undefined: Temporal knows no such run (it never was, or its retention is over). */
  read(run: number): Promise<RunView | undefined>;
}

/** Reads one run once. */
export async function readRun(
  temporal: Temporal,
  taskQueue: string,
  cluster: string,
  run: number,
): Promise<RunView | undefined> {
  return runReader(temporal, taskQueue, cluster).read(run);
}

/**
 * A reader of one cluster's runs. It reads descriptions and histories from Temporal's server, and never asks a worker.
 */
export function runReader(temporal: Temporal, taskQueue: string, cluster: string): RunReader {
  const known = new Map<string, { readonly length: string; readonly facts: HistoryFacts }>();
  const observe = async (workflowId: string): Promise<ObservedExecution> => {
    const handle = temporal.client.workflow.getHandle(workflowId);
    const { raw } = await handle.describe();
    const { historyLength, execution } = raw.workflowExecutionInfo ?? {};
    const key = `${workflowId} ${execution?.runId}`;
    const length = String(historyLength);
    const before = known.get(key);
    const facts = before?.length === length ? before.facts : historyFacts(await handle.fetchHistory());
    known.set(key, { length, facts });
    return { facts, pending: facts.close ? undefined : pendingWork(raw) };
  };
  const readAll = async (run: number): Promise<RunView> => {
    const [observed, workers] = await Promise.all([
      observe(runId(cluster, run)),
      seeWorkers(temporal, taskQueue),
    ]);
    const children = new Map<string, ObservedExecution>();
    for (const workflowId of [...openChildren(observed.facts), ...lostChildren(observed.facts)]) {
      const child = await observe(workflowId).catch(notYet);
      if (child) children.set(workflowId, child);
    }
    const view = viewOfRun(cluster, run, observed, children);
    const queue = leavesHold(view.outcome) ? await readQueue(temporal, cluster) : undefined;
    return { ...view, workers, hold: queue && holdOfRun(queue.memo, run, view.outcome) };
  };
  return {
    read: async (run) => {
      try {
        return await temporal.within(askMs, () => readAll(run));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Ignores a child that is initiated but not started yet. */
function notYet(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}
