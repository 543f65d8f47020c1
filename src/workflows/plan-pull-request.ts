import { forgeMs } from './activity-options.js';
import type { Delivery, PullRequestEvent } from './delivery-messages.js';
import type { DeliveredCluster, DeliveryResult } from './deliver.js';
import { activitiesFor } from './step-activities.js';
import type { OpenPullRequest } from '../activities/read-pull-request.js';
import type { PlanTold } from '../activities/tell-plan.js';

/** One look at a cluster: what does not answer is told so. Where git, or every worker, is away it is tried again as long as the forge is. Milliseconds. */
const planMs = 900_000;
/** A branch that is pushed to again and again is planned for by the deliveries of those pushes. */
const roundsMax = 3;

/** Plans what an open pull request proposes, cluster by cluster, and tells it there. Nothing is started, and nothing changed. */
export async function planPullRequest(
  delivery: Delivery,
  { number }: PullRequestEvent,
): Promise<DeliveryResult> {
  const { repository } = delivery;
  for (let round = 1; ; round += 1) {
    const look = activitiesFor('look', forgeMs, `pull request ${number} of ${repository.name}`);
    const pull = await look.readPullRequest({ repository, number });
    if ('none' in pull) return { ignored: pull.none, clusters: [] };
    // One cluster waits for no other.
    const clusters = await Promise.all(
      repository.clusters.map((cluster) => planCluster(delivery, number, pull, cluster)),
    );
    // Written while somebody pushed: what stands there now may be of the commit before.
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
  const act = activitiesFor('look', planMs, `plan pull request ${number} for ${file}`, forgeMs);
  const made = await act.planForPullRequest({ ...place, cluster }).catch(() => undefined);
  if (!made) return failed('no plan could be made')();
  const tell = activitiesFor('mutate', forgeMs, `tell pull request ${number} the plan for ${made.about}`);
  const plan: PlanTold | 'failed' = await tell
    .tellPlan({ ...place, plan: made })
    .catch(() => 'failed' as const);
  return { file, sentence: made.sentence, plan };
}
