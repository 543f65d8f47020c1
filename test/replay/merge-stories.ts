import { writeComment } from '../../lab/fake-github/comments.js';
import { MergeDay } from '../../lab/merge-day.js';
import type { World } from '../../lab/world.js';
import { deliverType, type DeliveryMemo } from '../../src/workflows/delivery-messages.js';
import { queueId, runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { queueStartedOver } from './queue-started-over.js';
import type { Begin, Keep } from './stories.js';

const why = ['--why', 'to record it'] as const;

/**
 * A pull request and its plan, merges while the cluster is frozen, of which the newest stays pending, its run, an approval by comment:
 * the delivery of each, the queue, and the run that is reported to the git host.
 */
export async function playMerges(begin: Begin, keep: Keep): Promise<void> {
  const world = await begin();
  const { cluster } = world.lab;
  await setInInventory(world, ['upgrade', 'approve'], ['patch']);
  // There is no receiver: the attempt is recorded all the same.
  const nowhere = { file: 'nowhere' };
  await setInInventory(world, ['notify'], [{ webhook: { url: nowhere, secret: nowhere } }]);
  await world.slipway('freeze', cluster, ...why);
  const day = await MergeDay.of(world);
  try {
    const first = await day.bump({ talos: 'v1.12.3' });
    await world.until('the plan stands there', async () => day.comments(first, 'plan').length > 0);
    await keepDelivery(world, keep, `pull request ${first} opened`, 'delivery-planned');
    await day.merge(first);
    await world.until('it has a comment', async () => day.comments(first).length > 0);
    const { number } = await day.bumpAndMerge({ talos: 'v1.12.6' });
    await world.until('it has a comment', async () => day.comments(number).length > 0);
    await keepDelivery(world, keep, `pull request ${number} merged`, 'delivery-merged');
    await world.slipway('unfreeze', cluster, ...why);
    const hash = await hashAsked(world, day, number);
    writeComment(day.repository, number, `/slipway approve ${hash} to record it`, day.owner);
    await world.until('it is answered', async () => day.comments(number, 'answer').length > 0);
    await keepDelivery(world, keep, `comment on pull request ${number}`, 'delivery-answered');
    await world.result(1);
    await queueStartedOver(world);
    await keep(queueId(cluster), 'queue-of-merges', 'the run that ended');
    await keep(runId(cluster, 1), 'run-of-a-merge');
  } finally {
    await day.stop();
  }
}

/** The command in the run's comment. */
async function hashAsked(world: World, day: MergeDay, number: number): Promise<string> {
  let hash: string | undefined;
  await world.until('the run waits for approval', async () => {
    hash = /(?<=\/slipway approve )\w+/.exec(day.comments(number, 'run').join(''))?.[0];
    return hash !== undefined;
  });
  return hash ?? '';
}

/** The delivery that came first of those with this memo, once it has ended. */
export async function keepDelivery(world: World, keep: Keep, what: string, name: string): Promise<void> {
  const { workflow } = await world.client();
  let id: string | undefined;
  await world.until(`${what} is done`, async () => {
    for await (const { memo, status, workflowId } of workflow.list({
      query: `WorkflowType = '${deliverType}'`,
    }))
      if (
        (memo?.['delivery'] as DeliveryMemo | undefined)?.what.startsWith(what) &&
        status.name === 'COMPLETED'
      )
        id = workflowId;
    return id !== undefined;
  });
  if (id !== undefined) await keep(id, name);
}
