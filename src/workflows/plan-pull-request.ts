import { gitHostMs } from './activity-options.js';
import type { Delivery, PullRequestEvent } from './delivery-messages.js';
import type { DeliveredCluster, DeliveryResult } from './deliver.js';
import { activitiesFor } from './step-activities.js';
import type { OpenPullRequest } from '../activities/read-pull-request.js';
import type { PlanPublished } from '../activities/publish-plan.js';

/**
 * The limit of one plan for a cluster, which reports what does not respond. While git or every worker is away, the plan is retried as long
 * as for the git host. Milliseconds.
 */
const planMs = 900_000;
/** Plans for a branch that is pushed to again and again are left to the deliveries of those pushes. */
const roundsMax = 3;

/** Plans what an open pull request proposes, cluster by cluster, and publishes the plans there. Nothing is started or changed. */
export async function planPullRequest(
  delivery: Delivery,
  { number }: PullRequestEvent,
): Promise<DeliveryResult> {
  const { repository } = delivery;
  for (let round = 1; ; round += 1) {
    const look = activitiesFor('look', gitHostMs, `pull request ${number} of ${repository.name}`);
    const pull = await look.readPullRequest({ repository, number });
    if ('none' in pull) return { ignored: pull.none, clusters: [] };
    // Clusters are independent: none waits for another.
    const clusters = await Promise.all(
      repository.clusters.map((cluster) => planCluster(delivery, number, pull, cluster)),
    );
    // Published while somebody pushed: the comment may be about the previous commit.
    if (round >= roundsMax || !clusters.some(({ plan }) => plan === 'overtaken'))
      return { head: pull.head, clusters };
  }
}

async function planCluster(
  { repository }: Delivery,
  number: number,
  pull: OpenPullRequest,
  cluster: Delivery['repository']['clusters'][number],
): Promise<DeliveredCluster> {
  const { file } = cluster;
  const place = { repository, number, pull };
  const failed = (what: string) => (): DeliveredCluster => ({ file, sentence: what, plan: 'failed' });
  const act = activitiesFor('look', planMs, `plan pull request ${number} for ${file}`, gitHostMs);
  const made = await act.planForPullRequest({ ...place, cluster }).catch(() => undefined);
  if (!made) return failed('no plan could be made')();
  const publish = activitiesFor(
    'mutate',
    gitHostMs,
    `publish the plan for ${made.about} on pull request ${number}`,
  );
  const plan: PlanPublished | 'failed' = await publish
    .publishPlan({ ...place, plan: made })
    .catch(() => 'failed' as const);
  return { file, sentence: made.sentence, plan };
}
