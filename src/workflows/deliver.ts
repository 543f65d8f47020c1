import { setCurrentDetails } from '@temporalio/workflow';
import type { ClusterChange } from '../activities/read-changes.js';
import { describe, describeDeclaredChange, offerText } from '../planning/describe.js';
import { answerComment, type CommentResult } from './answer-comment.js';
import type { Delivery } from './delivery-messages.js';
import type { OfferAnswer } from './messages.js';
import { activitiesFor } from './step-activities.js';

/** What a delivery came to. */
export interface DeliveryResult {
  /** Why nothing was looked at; left out: it was. */
  readonly ignored?: string;
  /** The commit it is about. */
  readonly head?: string;
  readonly clusters: readonly DeliveredCluster[];
  /** Of a comment: what it came to. */
  readonly comment?: CommentResult;
}

export interface DeliveredCluster {
  readonly file: string;
  /** What it means for the cluster. */
  readonly sentence: string;
  /** What its queue answered; left out: nothing was handed over. */
  readonly answer?: OfferAnswer;
}

/** Git, the forge, or a queue may be away for long: a merge is not forgotten because of that. */
const dayMs = 86_400_000;

/** One thing that happened at a forge: read from git, and what was merged handed to the queues of its clusters. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { event, repository } = delivery;
  if (delivery.schema > 1) return told(delivery, { ignored: `a newer Slipway sent it`, clusters: [] });
  if (event.kind === 'comment')
    return told(delivery, { comment: await answerComment(delivery, event), clusters: [] });
  if (event.kind === 'pull-request' && event.action !== 'merged')
    return told(delivery, { ignored: 'only merges start something', clusters: [] });
  const changes = await activitiesFor('look', dayMs, `what changed in ${repository.name}`).readChanges({
    delivery,
  });
  const { head, pullRequest } = changes;
  const clusters: DeliveredCluster[] = [];
  for (const cluster of changes.clusters) {
    const done = await handedOver(delivery, cluster, { head, ...(pullRequest ? { pullRequest } : {}) });
    clusters.push(done);
    await toldOf(delivery, cluster, done, pullRequest);
  }
  return told(delivery, { head, clusters });
}

async function handedOver(
  delivery: Delivery,
  cluster: ClusterChange,
  of: { readonly head: string; readonly pullRequest?: number },
): Promise<DeliveredCluster> {
  const { file, change } = cluster;
  const sentence = describeDeclaredChange(change);
  // Kubernetes alone is not upgraded yet; its sentence says what was declared.
  if (change.kind !== 'upgrade' || change.what === 'kubernetes') return { file, sentence };
  const act = activitiesFor('mutate', dayMs, `hand ${change.cluster} over to its queue`);
  return { file, sentence, answer: await act.handOver({ delivery, cluster, ...of }) };
}

/** At the pull request. That nobody could be told there stops nothing. */
async function toldOf(
  { repository, via }: Delivery,
  { change }: ClusterChange,
  { sentence, answer }: DeliveredCluster,
  number: number | undefined,
): Promise<void> {
  // Webhook and poll tell of the same merge: who comes second has nothing to add.
  if (number === undefined || answer?.verdict === 'known' || (via === 'poll' && !answer)) return;
  if (change.kind === 'nothing' || change.kind === 'absent') return;
  const cluster = 'cluster' in change ? (change.cluster ?? '') : '';
  const text = answer ? offerText(cluster, sentence, answer, describe) : `**${sentence}.**`;
  const act = activitiesFor('look', dayMs, `tell pull request ${number}`);
  await act
    .tellPullRequest({ repository, number, marker: `merge/${cluster}`, text })
    .catch(() => 'not-told' as const);
}

function told({ repository }: Delivery, result: DeliveryResult): DeliveryResult {
  const lines = result.ignored
    ? [`Ignored: ${result.ignored}.`]
    : result.comment
      ? [`A comment: ${result.comment.outcome}. ${result.comment.text}`]
      : result.clusters.map(({ sentence, answer }) =>
          answer ? `- ${sentence}: ${answer.verdict}` : `- ${sentence}`,
        );
  setCurrentDetails(`## ${repository.name}\n\n${lines.join('\n')}\n`);
  return result;
}
