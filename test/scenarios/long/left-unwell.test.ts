import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { World, nodeResult } from '../../../lab/world.js';

const node = 'k8s-work-1';

/** Only here: a node that a run left cordoned because it was not Ready, and that is still not Ready when the next run takes it over. */
describe('a node that an earlier run left unwell', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'left-unwell' });
    await setInInventory(world, ['limits', 'ready'], '5s');
    await setInInventory(world, ['limits', 'check'], '5s');
    await setInInventory(world, ['limits', 'nodeChecks'], '5s');
    await setInInventory(world, ['upgrade', 'onFailure'], 'ask');
  });

  afterAll(async () => {
    await world.stop();
  });

  const isCordoned = async (): Promise<boolean> =>
    (await world.kubectl('get', 'node', node, '--output=jsonpath={.spec.unschedulable}')) === 'true';
  const upgraded = async () => world.result(await world.upgrade('--only', node));
  const released = async () => {
    expect((await world.slipway('release', '--why', 'it was looked at')).code).toBe(0);
  };

  it('is left cordoned by the run that upgraded it', async () => {
    await world.control('POST', '/faults', { name: 'kubelet-not-ready', node, after: 'reboot:power-gone' });
    expect(nodeResult(await upgraded(), node)).toMatchObject({ outcome: 'halted', state: 'on-target' });
    expect(await isCordoned()).toBe(true);
  });

  it('is not returned to service by the next run before it is Ready', async () => {
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    await released();
    expect(nodeResult(await upgraded(), node)).toMatchObject({
      outcome: 'halted',
      state: 'on-target',
      failedStep: 'await-ready',
      reason: { kind: 'node-stays-not-ready' },
    });
    expect(await isCordoned()).toBe(true);
    // It ran this version before the run: nothing of the run is rolled back, whatever slipway.yaml says of failures.
    expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(0);
  });

  it('nor before Talos says that it is well', async () => {
    await world.control('DELETE', '/faults');
    await world.control('POST', '/faults', { name: 'time-not-synced', node });
    await released();
    expect(nodeResult(await upgraded(), node)).toMatchObject({
      outcome: 'halted',
      state: 'on-target',
      failedStep: 'verify-node',
      reason: { kind: 'talos-not-ready' },
    });
    expect(await isCordoned()).toBe(true);
  });

  it('is returned to service once it is', async () => {
    await world.control('DELETE', '/faults');
    await released();
    expect(await upgraded()).toMatchObject({ outcome: 'done', reasons: [] });
    expect(await isCordoned()).toBe(false);
    expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
  });

  it('costs no promise that the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
