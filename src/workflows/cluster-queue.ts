import {
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  continueAsNew,
  executeChild,
  setCurrentDetails,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { describe, holdSentence } from '../planning/describe.js';
import type { Hold, RunResult } from '../planning/run-result.js';
import { reasonOf } from './failure-reason.js';
import { keyword } from './keyword.js';
import {
  enqueueUpgrade,
  releaseCluster,
  runId,
  searchAttributes,
  type EnqueueAnswer,
  type EnqueueInput,
  type QueueMemo,
  type ReleaseAnswer,
} from './messages.js';
import { upgradeCluster } from './upgrade-cluster.js';

/** What the queue carries from one run to the next. */
export interface QueueState {
  readonly cluster: string;
  readonly lastRun: number;
  readonly hold: Hold | null;
}

/** The newest shape of a request this worker knows; it knows the older ones, too. */
const requestSchema = 3;

/** A request that no worker took in this time was given up by whoever sent it. Milliseconds. */
const requestAgeMax = 600_000;

/**
 * One cluster's queue: numbers its runs, runs one at a time, and keeps the hold of a run that did not end clean.
 * Waits for ever, by design; it starts over after each run, so its history stays short.
 */
export async function clusterQueue(state: QueueState): Promise<void> {
  let { lastRun, hold } = state;
  const queued: { next?: EnqueueInput } = {};
  let since = '';

  const tell = (): void => {
    const open = queued.next ? { run: lastRun, target: queued.next.request.talos, since } : null;
    const memo: QueueMemo = { hold, open, lastRun };
    upsertMemo({ queue: memo });
    const words = hold
      ? holdSentence(hold, state.cluster)
      : open
        ? `run ${open.run} is open`
        : 'no run is open';
    setCurrentDetails(`## ${state.cluster}\n\n${words}\n`);
  };

  const enqueue = (input: EnqueueInput): EnqueueAnswer => {
    const { cluster } = state;
    if (input.request.schema > requestSchema) {
      return {
        verdict: 'refused',
        reason: { kind: 'schema-unknown', schema: input.request.schema, known: requestSchema },
      };
    }
    if (Date.now() - Date.parse(input.request.requestedAt) > requestAgeMax) {
      const { requestedAt } = input.request;
      return { verdict: 'refused', reason: { kind: 'request-too-old', requestedAt, limit: requestAgeMax } };
    }
    if (queued.next) {
      return {
        verdict: 'refused',
        reason: { kind: 'run-open', cluster, run: lastRun, target: queued.next.request.talos },
      };
    }
    // A way back is what repairs: a person asks for it, knowing what the run left.
    if (hold && !input.request.back) {
      const [first] = hold.reasons;
      const why = first ? describe(first) : hold.outcome;
      return { verdict: 'refused', reason: { kind: 'held', cluster, run: hold.run, since: hold.since, why } };
    }
    lastRun += 1;
    queued.next = input;
    since = new Date().toISOString();
    tell();
    return { verdict: 'started', run: lastRun, workflowId: runId(cluster, lastRun) };
  };

  const release = (): ReleaseAnswer => {
    if (!hold) return { verdict: 'not-held' };
    const released = hold;
    hold = null;
    tell();
    return { verdict: 'released', hold: released };
  };

  setHandler(enqueueUpgrade, enqueue, { description: 'Starts the next run, or says why not.' });
  setHandler(releaseCluster, release, {
    description: 'Lifts the hold of a run that did not end clean. Touches no node.',
  });
  tell();

  await condition(() => queued.next !== undefined);
  // Again, should another request have been taken before this execution could end: none is lost.
  while (queued.next) {
    hold = await runToItsEnd(queued.next, lastRun);
    delete queued.next;
    tell();
    await condition(allHandlersFinished);
  }
  await continueAsNew<typeof clusterQueue>({ cluster: state.cluster, lastRun, hold });
}

/** What Temporal gives a workflow for a decision, unless told otherwise, and the most it gives. Milliseconds. */
const usualDecisionMs = 10_000;
const longestDecisionMs = 120_000;

/**
 * Milliseconds a worker that takes over a run has, to read its history and to replay it: two decisions a node, some 10 ms of
 * processor each node and hop, on a machine that may be busy. A run whose replay took longer would never go on. More than that is
 * not given, since it is also how long a worker that died in the middle of a decision is waited for.
 */
function decisionMs(nodes: number): number {
  return Math.min(longestDecisionMs, Math.max(usualDecisionMs, nodes * 60));
}

/** Runs it, whatever happens to it; answers the hold it leaves. */
async function runToItsEnd(input: EnqueueInput, run: number): Promise<Hold | null> {
  const { cluster, talos } = input.request;
  try {
    const result = await executeChild(upgradeCluster, {
      args: [{ ...input, run }],
      workflowId: runId(cluster, run),
      // A queue that is terminated by mistake must not take the run with it.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowTaskTimeout: decisionMs(input.inventory.nodes.length),
      staticSummary: `run ${run}: ${cluster} to Talos ${talos}, asked for by ${input.request.requestedBy}`,
      typedSearchAttributes: [
        { key: keyword(searchAttributes.cluster), value: cluster },
        { key: keyword(searchAttributes.target), value: talos },
        { key: keyword(searchAttributes.strategy), value: input.request.strategy ?? 'in-place' },
      ],
    });
    return holdOf(result);
  } catch (error) {
    const reason = reasonOf(error, `run ${run}`, 0);
    const outcome =
      reason.kind === 'terminated' ? 'terminated' : reason.kind === 'aborted' ? 'aborted' : 'failed';
    return { run, since: new Date().toISOString(), outcome, reasons: [reason] };
  }
}

/** Abort, halt and failure always hold; what touched nothing, or ended clean, never does (I9). */
function holdOf(result: RunResult): Hold | null {
  if (result.outcome !== 'halted' && result.outcome !== 'aborted') return null;
  return { run: result.run, since: result.endedAt, outcome: result.outcome, reasons: result.reasons };
}
