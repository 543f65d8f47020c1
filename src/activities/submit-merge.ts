import type { Inventory } from '../inventory/schema.js';
import { isHandedOver } from '../planning/merge/submitted-change.js';
import type { UpgradeRequest } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { inventoryAt } from '../tools/git/declared-at.js';
import type { Delivery } from '../workflows/delivery-messages.js';
import type { EnqueueMergeAnswer } from '../workflows/messages.js';
import type { GitMirror } from '../tools/git/mirror.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';
import type { ClusterChange } from './read-changes.js';

export interface SubmitMerge {
  readonly delivery: Delivery;
  readonly cluster: ClusterChange;
  /** The commit whose slipway.yaml counts, and at which Terraform's configuration is checked out. */
  readonly head: string;
}

/**
 * Submits a merge to its cluster's queue. Safe to repeat: the queue enqueues a merge once, known by the version and the commit that
 * declared it.
 */
export async function submitMerge(
  settings: ActivitySettings,
  step: SubmitMerge,
): Promise<EnqueueMergeAnswer> {
  const { delivery, cluster, head } = step;
  const { change, declaredBy, file, folder, pullRequest } = cluster;
  if (!isHandedOver(change) || declaredBy === undefined)
    throw new Error(`${file} declares no upgrade, so there is nothing to submit`);
  const { repository } = delivery;
  return inActivity(`hands ${change.cluster} over to its queue`, async (wait) => {
    const { mirror } = await openRepository(settings, repository, wait);
    const tip = await mirror.fetchBranch(repository.branch);
    await mirror.fetchCommits([head]);
    const found = await inventoryAt(mirror, head, file);
    if (found.ok !== true) throw new Error(`${file} at ${head} could be read before, and cannot be now`);
    const { inventory } = found;
    const superseded = await supersededAt(mirror, tip, file, inventory);
    if (superseded) return { verdict: 'refused', reason: superseded };
    const request: UpgradeRequest = {
      schema: 1,
      cluster: inventory.cluster,
      talos: inventory.versions.talos,
      declared: true,
      requestedBy: delivery.event.by === '' ? repository.name : delivery.event.by,
      requestedAt: delivery.receivedAt,
      commit: head,
      // A `--strategy` other than slipway.yaml's waits for a person's approval.
      ...(change.labels.kind === 'disagrees' ? { strategy: change.labels.asked } : {}),
      origin: {
        repository: repository.name,
        commit: declaredBy,
        delivery: delivery.id,
        ...(repository.gitHost === 'github' && repository.access ? { gitHost: repository } : {}),
        ...(pullRequest === undefined ? {} : { pullRequest }),
      },
    };
    const key = `${request.talos}@${declaredBy}`;
    return settings.enqueueMerge({ key, input: { request, inventory, base: folder, only: [] } });
  });
}

/** Whether the branch declares another version by now: while no queue responded, an hour may have passed. */
async function supersededAt(
  mirror: GitMirror,
  tip: string,
  file: string,
  { versions }: Inventory,
): Promise<Reason | undefined> {
  const now = await inventoryAt(mirror, tip, file);
  if (now.ok !== true || now.inventory.versions.talos === versions.talos) return undefined;
  return { kind: 'superseded', target: now.inventory.versions.talos, commit: tip };
}
