import { setCurrentDetails } from '@temporalio/workflow';
import type { ClusterChange } from '../activities/read-changes.js';
import type { PlanPublished } from '../activities/publish-plan.js';
import { describeDeclaredChange } from '../planning/merge/describe-declared-change.js';
import { deliveryIs, isHandedOver } from '../planning/merge/submitted-change.js';
import { gitHostMs } from './activity-options.js';
import { answerComment, type CommentResult } from './answer-comment.js';
import type { Delivery } from './delivery-messages.js';
import type { EnqueueMergeAnswer, CancelPendingAnswer } from './messages.js';
import { planPullRequest } from './plan-pull-request.js';
import { activitiesFor } from './step-activities.js';
import { notifyMerge } from './notify-merge.js';

/** The result of a delivery. */
export interface DeliveryResult {
  /** Why nothing was read; left out: it was. */
  readonly ignored?: string;
  /** The commit it is about. */
  readonly head?: string;
  readonly clusters: readonly DeliveredCluster[];
  /** Of a comment: how it was handled. */
  readonly comment?: CommentResult;
}

export interface DeliveredCluster {
  readonly file: string;
  /** What the change means for the cluster. */
  readonly sentence: string;
  /** The queue's answer; left out: nothing was submitted. */
  readonly answer?: EnqueueMergeAnswer;
  /** The pending merge that the queue cancelled. */
  readonly cancelled?: CancelPendingAnswer['cancelled'];
  /** The result of the plan for an open pull request. */
  readonly plan?: PlanPublished | 'failed';
}

/** Handles one event of a git host: reads the change from git, and submits merges to the queues of their clusters. */
export async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { event, repository } = delivery;
  if (delivery.schema > 1) return shown(delivery, { ignored: `a newer Slipway sent it`, clusters: [] });
  const what = deliveryIs(event);
  if (event.kind === 'comment')
    return shown(delivery, { comment: await answerComment(delivery, event), clusters: [] });
  if (event.kind === 'pull-request' && what === 'proposal')
    return shown(delivery, await planPullRequest(delivery, event));
  if (what !== 'merge') return shown(delivery, { ignored: 'only merges start something', clusters: [] });
  const changes = await activitiesFor('look', gitHostMs, `what changed in ${repository.name}`).readChanges({
    delivery,
  });
  // Clusters are independent: none waits for another, nor for the git host.
  const submissions = changes.clusters.map(async (cluster) => ({
    cluster,
    done: await submitted(delivery, cluster, changes.head),
  }));
  const clusters = await Promise.all(submissions);
  for (const { cluster, done } of clusters) await notifyMerge(delivery, changes, cluster, done);
  return shown(delivery, { head: changes.head, clusters: clusters.map(({ done }) => done) });
}

async function submitted(
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
    const act = activitiesFor(
      'mutate',
      gitHostMs,
      `git was reverted: cancel what waits in the queue of ${back.cluster}`,
    );
    return { ...done, ...(await act.cancelPending({ cluster: back.cluster, declared })) };
  }
  if (!isHandedOver(change)) return done;
  const act = activitiesFor('mutate', gitHostMs, `hand ${change.cluster} over to its queue`);
  return { ...done, answer: await act.submitMerge({ delivery, cluster, head }) };
}

/**
 * The cluster of which git declares less than before, so that nothing newer may begin, and the Talos version it declares now. The
 * previous version of a cluster that looks new is unknown: after a forced push it may be any.
 */
function wentBack(change: ClusterChange['change']): { cluster: string; talos?: string } | undefined {
  if (change.kind === 'downgrade' && change.talos) return { cluster: change.cluster, talos: change.talos.to };
  if (change.kind === 'new') return { cluster: change.cluster, talos: change.versions.talos };
  if (change.kind === 'gone' && change.cluster !== undefined) return { cluster: change.cluster };
  return change.kind === 'renamed' ? { cluster: change.from } : undefined;
}

function shown({ repository }: Delivery, result: DeliveryResult): DeliveryResult {
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
