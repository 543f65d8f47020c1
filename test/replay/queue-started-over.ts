import type { World } from '../../lab/world.js';
import { queueId } from '../../src/workflows/messages.js';

/** Waits until the queue has continued as new after a run: an execution of it has ended. */
export async function queueStartedOver(world: World): Promise<void> {
  const { workflow } = await world.client();
  await world.until('the queue has started over', async () => {
    for await (const { status } of workflow.list({ query: `WorkflowId = "${queueId(world.lab.cluster)}"` }))
      if (status.name === 'CONTINUED_AS_NEW') return true;
    return false;
  });
}
