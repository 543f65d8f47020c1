import type { WorkflowExecutionInfo } from '@temporalio/client';
import { runId, searchAttributes, workflowTypes, type Phase } from '../../workflows/messages.js';
import type { RunOutcome } from '../view/run-view.js';
import type { Temporal } from './temporal.js';

const askMs = 5_000;

/** A run in a list: from Temporal's visibility store, which lags a moment behind the run and needs no worker. */
export interface RunLine {
  readonly run: number;
  /** The target version of Talos; undefined where the list has none. */
  readonly target: string | undefined;
  /** `open`, or how it ended; `unknown`: it ended, and the list does not say how. */
  readonly outcome: RunOutcome | 'open' | 'unknown';
  /** The phase of an open run; undefined until a worker has started it. */
  readonly phase: Phase | undefined;
  /** What an open run waits for, roughly. */
  readonly waitingFor: string | undefined;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
}

const outcomes = new Set<string>(['done', 'incomplete', 'nothing-to-do', 'refused', 'halted', 'aborted']);

/** The last runs of a cluster, the newest first. */
export async function listRuns(temporal: Temporal, cluster: string, last: number): Promise<RunLine[]> {
  const prefix = runId(cluster, 0).slice(0, -1);
  // By workflow id, which every run has: Temporal knows a search attribute only after a worker has registered it.
  const query = `WorkflowType = '${workflowTypes.run}' AND WorkflowId STARTS_WITH '${prefix}'`;
  const runs: RunLine[] = [];
  await temporal.within(askMs, async () => {
    // Temporal lists open workflows first, then closed ones by close time, the newest first.
    for await (const found of temporal.client.workflow.list({ query, pageSize: Math.min(1000, last + 1) })) {
      const run = Number(found.workflowId.slice(prefix.length));
      if (Number.isInteger(run)) runs.push(runLine(run, found));
      if (runs.length >= last) break;
    }
  });
  return runs.toSorted((one, other) => other.run - one.run);
}

function runLine(run: number, found: WorkflowExecutionInfo): RunLine {
  const phase = attribute(found, searchAttributes.phase);
  const outcome = outcomeOf(found.status.name, phase);
  return {
    run,
    target: attribute(found, searchAttributes.target),
    outcome,
    phase: outcome === 'open' ? (phase as Phase | undefined) : undefined,
    waitingFor: outcome === 'open' ? attribute(found, searchAttributes.waitingFor) : undefined,
    startedAt: found.startTime.toISOString(),
    endedAt: found.closeTime?.toISOString(),
  };
}

function outcomeOf(
  status: WorkflowExecutionInfo['status']['name'],
  phase: string | undefined,
): RunLine['outcome'] {
  if (status === 'RUNNING' || status === 'PAUSED') return 'open';
  if (status === 'TERMINATED') return 'terminated';
  if (status === 'CANCELLED') return 'aborted';
  if (status !== 'COMPLETED') return 'failed';
  // A run that ends normally writes its outcome into its phase.
  return phase !== undefined && outcomes.has(phase) ? (phase as RunOutcome) : 'unknown';
}

function attribute({ typedSearchAttributes }: WorkflowExecutionInfo, name: string): string | undefined {
  const found = typedSearchAttributes.getAll().find(({ key }) => key.name === name);
  return typeof found?.value === 'string' ? found.value : undefined;
}
