import { setCurrentDetails } from '@temporalio/workflow';
import type { ClusterChange } from '../activities/read-changes.js';
import type { PlanTold } from '../activities/tell-plan.js';
import { describeDeclaredChange } from '../planning/merge/describe-declared-change.js';
import { deliveryIs, isHandedOver } from '../planning/merge/submitted-change.js';
import { forgeMs } from './activity-options.js';
import { answerComment, type CommentResult } from './answer-comment.js';
import type { Delivery } from './delivery-messages.js';
import type { OfferAnswer, WithdrawAnswer } from './messages.js';
import { planPullRequest } from './plan-pull-request.js';
import { activitiesFor } from './step-activities.js';
import { tellMerge } from './tell-merge.js';

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
  /** What its queue had waiting, and begins no more. */
  readonly withdrawn?: WithdrawAnswer['withdrawn'];
  /** What became of the plan for an open pull request. */
  readonly plan?: PlanTold | 'failed';
}

/** One thing that happened at a forge: read from git, and what was merged handed to the queues of its clusters. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { event, repository } = delivery;
  if (delivery.schema > 1) return told(delivery, { ignored: `a newer Slipway sent it`, clusters: [] });
  const what = deliveryIs(event);
  if (event.kind === 'comment')
    return told(delivery, { comment: await answerComment(delivery, event), clusters: [] });
  if (event.kind === 'pull-request' && what === 'proposal')
    return told(delivery, await planPullRequest(delivery, event));
  if (what !== 'merge') return told(delivery, { ignored: 'only merges start something', clusters: [] });
  const changes = await activitiesFor('look', forgeMs, `what changed in ${repository.name}`).readChanges({
    delivery,
  });
  // One cluster waits for no other, and none for the forge.
  const handed = changes.clusters.map(async (cluster) => ({
    cluster,
    done: await handedOver(delivery, cluster, changes.head),
  }));
  const clusters = await Promise.all(handed);
  for (const { cluster, done } of clusters) await tellMerge(delivery, changes, cluster, done);
  return told(delivery, { head: changes.head, clusters: clusters.map(({ done }) => done) });
}

async function handedOver(
  delivery: Delivery,
  cluster: ClusterChange,
  head: string,
): Promise<DeliveredCluster> {
  const { file, change } = cluster;
  const done = { file, sentence: describeDeclaredChange(change) };
  const back = wentBack(change);
  if (back) {
    const { talos } = back;
    const declared = { commit: head, delivery: delivery.id, ...(talos === undefined ? {} : { talos }) };
    const act = activitiesFor('mutate', forgeMs, `git was reverted: tell the queue of ${back.cluster}`);
    return { ...done, ...(await act.withdraw({ cluster: back.cluster, declared })) };
  }
  if (!isHandedOver(change)) return done;
  const act = activitiesFor('mutate', forgeMs, `hand ${change.cluster} over to its queue`);
  return { ...done, answer: await act.handOver({ delivery, cluster, head }) };
}

/**
 * The cluster of which git declares less than before, so that nothing newer may begin; and which Talos it has now. What stood there
 * before is not known of one that looks new: after a forced push it may be anything.
 */
function wentBack(change: ClusterChange['change']): { cluster: string; talos?: string } | undefined {
  if (change.kind === 'downgrade' && change.talos) return { cluster: change.cluster, talos: change.talos.to };
  if (change.kind === 'new') return { cluster: change.cluster, talos: change.versions.talos };
  if (change.kind === 'gone' && change.cluster !== undefined) return { cluster: change.cluster };
  return change.kind === 'renamed' ? { cluster: change.from } : undefined;
}

function told({ repository }: Delivery, result: DeliveryResult): DeliveryResult {
  const lines = result.ignored
    ? [`Ignored: ${result.ignored}.`]
    : result.comment
      ? [`A comment: ${result.comment.outcome}. ${result.comment.text}`]
      : result.clusters.map(({ sentence, answer, plan }) =>
          [`- ${sentence}`, answer?.verdict ?? (plan && `plan ${plan}`)].filter(Boolean).join(': '),
        );
  setCurrentDetails(`## ${repository.name}\n\n${lines.join('\n')}\n`);
  return result;
}
