import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { nodeId, runId } from '../../src/workflows/messages.js';

const node = 'k8s-work-1';

/** Only here: the child workflows that Terminate leaves at work, and that nothing starts beside them. */
describe('a run that is terminated from outside', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'terminated' });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('leaves its node to end automatically; until then a released cluster takes no other run', async () => {
    await world.control('POST', '/faults', { name: 'kubelet-not-ready', node, after: 'reboot:power-gone' });
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'awaitReady');
    const { workflow } = await world.client();
    await workflow.getHandle(runId(world.lab.cluster, run)).terminate('a test');
    await world.until('the cluster is held', async () => (await world.says()).includes('is held'));
    expect((await world.slipway('release', '--why', 'too early')).code).toBe(0);
    const early = await world.result(await world.upgrade('--only', 'k8s-work-2'));
    expect(early).toMatchObject({ outcome: 'refused', reasons: [{ kind: 'run-open', run }] });
    await world.control('DELETE', '/faults');
    const child = workflow.getHandle(nodeId(world.lab.cluster, run, 1, node, 1));
    expect(await child.result()).toMatchObject({ outcome: 'done', state: 'on-target' });
  });

  it('is resumed once that has ended: the node is whole, and the next run takes the others', async () => {
    const result = await world.result(await world.upgrade('--only', node, 'k8s-work-2'));
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, node).outcome).toBe('skipped');
    expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
