import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { World } from '../../../lab/world.js';
import { nodeId, runId } from '../../../src/workflows/messages.js';
import { cutPowerOfTerraform, hasFired } from './terraform-deaths.js';

/** Lets a run come to that point of one node, and terminates it there; waits until the cluster knows that the machine is gone. */
export async function terminatedAt(
  world: World,
  node: string,
  fault: FaultName,
  then: 'power cut' | 'goes on',
): Promise<void> {
  const { cluster } = world.lab;
  await world.control('POST', '/faults', { name: fault, node });
  const run = await world.upgrade('--only', node);
  await world.until(`${fault} has shown`, () => hasFired(world, run, fault));
  const { workflow } = await world.client();
  await workflow.getHandle(runId(cluster, run)).terminate('a test');
  await workflow.getHandle(nodeId(cluster, run, 1, node, 1)).terminate('a test');
  if (then === 'power cut') {
    await world.killWorker();
    await cutPowerOfTerraform(world, node);
  }
  await world.control('DELETE', '/faults');
  if (then === 'power cut') await world.startWorker();
  await world.until('the cluster is held', async () => (await world.says()).includes('is held'));
  await isUnresponsive(world, node);
}

/** Waits until Kubernetes shows the node as unreachable. */
export async function isUnresponsive(world: World, node: string): Promise<void> {
  const status = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  await world.until(
    `${node} is not Ready`,
    async () => (await world.kubectl('get', 'node', node, status)) !== 'True',
  );
}
