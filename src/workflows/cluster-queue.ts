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
  offerUpgrade,
  releaseCluster,
  runId,
  searchAttributes,
  supersedeRun,
  unfreezeCluster,
  withdrawOffer,
  type EnqueueAnswer,
  type EnqueueInput,
  type FreezeAnswer,
  type OfferAnswer,
  type QueueMemo,
  type ReleaseAnswer,
  type ReleaseInput,
  type UnfreezeAnswer,
} from './messages.js';
import { QueueState, type CarriedQueue } from './queue-state.js';
import { upgradeCluster } from './upgrade-cluster.js';

/**
 * One cluster's queue: numbers its runs, runs one at a time, keeps the hold of a run that did not end clean, and what was merged
 * while no run could begin. Waits for ever, by design; it starts over after each run, so its history stays short.
 */
export async function clusterQueue(state: CarriedQueue): Promise<void> {
  const queue = new QueueState(state);
  const now = (): string => new Date().toISOString();
  const telling = <Answer extends { readonly verdict: string }>(answer: Answer): Answer => {
    if (changes.has(answer.verdict)) tell(queue);
    return answer;
  };

  setHandler(enqueueUpgrade, (input) => telling(queue.enqueue(input, now())), {
    validator: takesRequest.enqueue,
    description: 'Starts the next run, or says why not. For slipway upgrade.',
  });
  setHandler(
    offerUpgrade,
    (offer) => {
      const answer = telling(queue.offer(offer, now()));
      if (answer.verdict === 'waits') supersede(queue.cluster, queue.superseded);
      return answer;
    },
    {
      validator: takesRequest.offer,
      description:
        'Starts what was merged, or keeps it until it may begin; of several the newest. For the starter.',
    },
  );
  setHandler(
    withdrawOffer,
    (declared) => {
      const answer = queue.withdraw(declared);
      if (answer.withdrawn) tell(queue);
      supersede(queue.cluster, queue.undeclared(declared));
      return answer;
    },
    {
      validator: takesRequest.withdraw,
      description:
        'Git was reverted: what waits for another version does not begin any more. For the starter.',
    },
  );
  setHandler(
    releaseCluster,
    (input) => telling(queue.release(said(input), now())),
    takesDecision(
      releaseCluster,
      'Lifts the hold of a run that did not end clean. Touches no node; what was merged and waits begins.',
    ),
  );
  setHandler(
    freezeCluster,
    onOneLine((input) => telling(queue.freeze(input, now()))),
    takesDecision(freezeCluster, 'No run begins until unfreeze. One that is open goes on.'),
  );
  setHandler(
    unfreezeCluster,
    (input) => telling(queue.unfreeze(said(input), now())),
    takesDecision(unfreezeCluster, 'Runs may begin again; what waits begins at once.'),
  );
  queue.beginWaiting(now());
  tell(queue);

  await condition(() => queue.open !== undefined);
  // Again, should another request have been taken before this execution could end: none is lost.
  for (let { open } = queue; open; { open } = queue) {
    const { hold, result } = await runToItsEnd(open.input, open.run);
    queue.ended(hold, result);
    tell(queue);
    await condition(allHandlersFinished);
  }
  // Otherwise the next execution would show what the first one began with, until a worker takes it.
  await makeContinueAsNewFunc<typeof clusterQueue>({ memo: { queue: queue.memo() } })(queue.state());
}

/** Who said it, and why. */
function said(input: unknown): ReleaseInput | undefined {
  const decision = validDecision('release', 'whole', input);
  return typeof decision === 'string' ? undefined : decision;
}

/** Answers after which the queue is another than before. */
const changes: ReadonlySet<string> = new Set<
  (EnqueueAnswer | OfferAnswer | ReleaseAnswer | FreezeAnswer | UnfreezeAnswer)['verdict']
>(['started', 'waits', 'released', 'frozen', 'unfrozen']);

/** Where lists and the Web UI show it. */
function tell(queue: QueueState): void {
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
    ...(blockedVersions ?? []).map((one) => describe({ kind: 'taken-back', cluster, ...one })),
    ...(frozen ? [describe({ kind: 'frozen', cluster, ...frozen })] : []),
  ];
  return `## ${cluster}\n\n${[words, ...more].join('\n\n')}\n`;
}

/** Tells the open run that git declares another version by now: it ends, if it has touched nothing. */
function supersede(cluster: string, superseded: QueueState['superseded']): void {
  if (!superseded) return;
  const { run, ...by } = superseded;
  // A run that has just ended takes no signal, and needs none.
  getExternalWorkflowHandle(runId(cluster, run))
    .signal(supersedeRun, by)
    .catch(() => undefined);
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

/** How a run left its cluster. */
interface Left {
  readonly hold: Hold | null;
  /** What it said; left out: nothing. */
  readonly result?: RunResult;
}

/** Runs it, whatever happens to it; answers the hold it leaves. */
async function runToItsEnd(input: EnqueueInput, run: number): Promise<Left> {
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
    return { hold: holdOf(result), result };
  } catch (error) {
    const reason = reasonOf(error, `run ${run}`, 0);
    const outcome =
      reason.kind === 'terminated' ? 'terminated' : reason.kind === 'aborted' ? 'aborted' : 'failed';
    return { hold: { run, since: new Date().toISOString(), outcome, reasons: [reason] } };
  }
}

/** Abort, halt and failure always hold; what touched nothing, or ended clean, never does (I9). */
function holdOf(result: RunResult): Hold | null {
  if (result.outcome !== 'halted' && result.outcome !== 'aborted') return null;
  return { run: result.run, since: result.endedAt, outcome: result.outcome, reasons: result.reasons };
}
