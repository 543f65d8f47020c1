import {
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  executeChild,
  getExternalWorkflowHandle,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { describe, holdSentence } from '../planning/reasons/describe.js';
import type { Hold, RunResult } from '../planning/report/run-result.js';
import { reasonOf } from './failure-reason.js';
import { validDecision, takesDecision } from './valid-decision.js';
import { takesRequest } from './valid-request.js';
import { onOneLine } from './valid-texts.js';
import { keyword } from './keyword.js';
import {
  enqueueUpgrade,
  freezeCluster,
  enqueueMerge,
  releaseCluster,
  runId,
  searchAttributes,
  supersedeRun,
  unfreezeCluster,
  cancelPending,
  type EnqueueAnswer,
  type EnqueueInput,
  type FreezeAnswer,
  type EnqueueMergeAnswer,
  type QueueMemo,
  type ReleaseAnswer,
  type ReleaseInput,
  type UnfreezeAnswer,
} from './messages.js';
import { QueueState, type CarriedQueue } from './queue-state.js';
import { upgradeCluster } from './upgrade-cluster.js';

/**
 * One cluster's queue: numbers its runs, runs one at a time, and keeps the hold of a run that did not end clean. It also keeps the
 * newest merge while no run may begin. Never ends, by design; it continues as new after each run, so its history stays short.
 */
export async function clusterQueue(state: CarriedQueue): Promise<void> {
  const queue = new QueueState(state);
  const now = (): string => new Date().toISOString();
  const published = <Answer extends { readonly verdict: string }>(answer: Answer): Answer => {
    if (changes.has(answer.verdict)) publish(queue);
    return answer;
  };

  setHandler(enqueueUpgrade, (input) => published(queue.enqueue(input, now())), {
    validator: takesRequest.enqueue,
    description: 'Starts the next run, or says why not. For slipway upgrade.',
  });
  setHandler(
    enqueueMerge,
    (merge) => {
      const answer = published(queue.enqueueMerge(merge, now()));
      if (answer.verdict === 'waits') supersede(queue.cluster, queue.superseded);
      return answer;
    },
    {
      validator: takesRequest.enqueueMerge,
      description:
        'Starts what was merged, or keeps it until it may begin; of several the newest. For the starter.',
    },
  );
  setHandler(
    cancelPending,
    (declared) => {
      const answer = queue.cancelPending(declared);
      if (answer.cancelled) publish(queue);
      supersede(queue.cluster, queue.undeclared(declared));
      return answer;
    },
    {
      validator: takesRequest.cancelPending,
      description:
        'Git was reverted: what waits for another version does not begin any more. For the starter.',
    },
  );
  setHandler(
    releaseCluster,
    (input) => published(queue.release(said(input), now())),
    takesDecision(
      releaseCluster,
      'Lifts the hold of a run that did not end clean. Touches no node; what was merged and waits begins.',
    ),
  );
  setHandler(
    freezeCluster,
    onOneLine((input) => published(queue.freeze(input, now()))),
    takesDecision(freezeCluster, 'No run begins until unfreeze. One that is open goes on.'),
  );
  setHandler(
    unfreezeCluster,
    (input) => published(queue.unfreeze(said(input), now())),
    takesDecision(unfreezeCluster, 'Runs may begin again; what waits begins at once.'),
  );
  queue.beginWaiting(now());
  publish(queue);

  await condition(() => queue.open !== undefined);
  // Repeated, in case another request is accepted before this execution ends: none is lost.
  for (let { open } = queue; open; { open } = queue) {
    const { hold, result } = await runToItsEnd(open.input, open.run);
    queue.ended(hold, result);
    publish(queue);
    await condition(allHandlersFinished);
  }
  // Otherwise the next execution would show the memo of the first one until a worker takes it.
  await makeContinueAsNewFunc<typeof clusterQueue>({ memo: { queue: queue.memo() } })(queue.state());
}

/** Who decided, and why. */
function said(input: unknown): ReleaseInput | undefined {
  const decision = validDecision('release', 'whole', input);
  return typeof decision === 'string' ? undefined : decision;
}

/** Verdicts that change the queue's state. */
const changes: ReadonlySet<string> = new Set<
  (EnqueueAnswer | EnqueueMergeAnswer | ReleaseAnswer | FreezeAnswer | UnfreezeAnswer)['verdict']
>(['started', 'waits', 'released', 'frozen', 'unfrozen']);

/** Writes the queue's state to the memo and the current details, for lists and the Web UI. */
function publish(queue: QueueState): void {
  const memo = queue.memo();
  upsertMemo({ queue: memo });
  setCurrentDetails(queueDetails(queue.cluster, memo));
}

function queueDetails(cluster: string, { hold, open, waiting, frozen, blockedVersions }: QueueMemo): string {
  const words = hold ? holdSentence(hold, cluster) : open ? `run ${open.run} is open` : 'no run is open';
  const more = [
    ...(waiting
      ? [
          `Talos ${waiting.target} was merged and waits ${waiting.blockedVersion ? 'for a person' : 'until it may begin'}`,
        ]
      : []),
    ...(blockedVersions ?? []).map((one) => describe({ kind: 'version-blocked', cluster, ...one })),
    ...(frozen ? [describe({ kind: 'frozen', cluster, ...frozen })] : []),
  ];
  return `## ${cluster}\n\n${[words, ...more].join('\n\n')}\n`;
}

/** Signals the open run that git declares another version now: the run ends if it has touched nothing. */
function supersede(cluster: string, superseded: QueueState['superseded']): void {
  if (!superseded) return;
  const { run, ...by } = superseded;
  // A run that has just ended accepts no signal, and needs none.
  getExternalWorkflowHandle(runId(cluster, run))
    .signal(supersedeRun, by)
    .catch(() => undefined);
}

/** Temporal's default and maximum workflow task timeout. Milliseconds. */
const usualDecisionMs = 10_000;
const longestDecisionMs = 120_000;

/**
 * Workflow task timeout of a run: how long a worker that takes it over has to read its history and to replay it. Milliseconds.
 * That is two workflow tasks a node, some 10 ms of CPU for each node and hop, on a machine that may be busy. A run whose replay
 * took longer would never continue. No more than that, since a worker that died in a workflow task is missed only after it.
 */
function decisionMs(nodes: number): number {
  return Math.min(longestDecisionMs, Math.max(usualDecisionMs, nodes * 60));
}

/** How a run left its cluster. */
interface Left {
  readonly hold: Hold | null;
  /** Left out: the run ended without a result. */
  readonly result?: RunResult;
}

/** Carries out a run, whatever happens to it; returns the hold it leaves. */
async function runToItsEnd(input: EnqueueInput, run: number): Promise<Left> {
  const { cluster, talos } = input.request;
  try {
    const result = await executeChild(upgradeCluster, {
      args: [{ ...input, run }],
      workflowId: runId(cluster, run),
      // Terminating a queue by mistake must not terminate the run.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowTaskTimeout: decisionMs(input.inventory.nodes.length),
      staticSummary: `run ${run}: ${cluster} to Talos ${talos}, asked for by ${input.request.requestedBy}`,
      typedSearchAttributes: [
        { key: keyword(searchAttributes.cluster), value: cluster },
        { key: keyword(searchAttributes.target), value: talos },
        { key: keyword(searchAttributes.strategy), value: input.request.strategy ?? 'in-place' },
      ],
    });
    return { hold: holdOf(result), result };
  } catch (error) {
    const reason = reasonOf(error, `run ${run}`, 0);
    const outcome =
      reason.kind === 'terminated' ? 'terminated' : reason.kind === 'aborted' ? 'aborted' : 'failed';
    return { hold: { run, since: new Date().toISOString(), outcome, reasons: [reason] } };
  }
}

/** An abort, a halt and a failure always hold the cluster; a run that touched nothing or ended clean never does (I9). */
function holdOf(result: RunResult): Hold | null {
  if (result.outcome !== 'halted' && result.outcome !== 'aborted') return null;
  return { run: result.run, since: result.endedAt, outcome: result.outcome, reasons: result.reasons };
}
