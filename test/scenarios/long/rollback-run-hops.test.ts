import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { World, nodeResult } from '../../../lab/world.js';

const [from, between, to] = ['v1.11.6', 'v1.12.11', 'v1.13.7'];
const [controlPlane, worker] = ['k8s-ctrl-2', 'k8s-work-1'] as const;

/** Only here: a run of several hops in place that is rolled back, by the slot first, and then by the older image. */
describe('the rollback of a run of several hops in place', () => {
  let world: World;
  let run: number;

  beforeAll(async () => {
    world = await World.start({
      name: 'rollback-hops',
      // Talos 1.11 supports no newer one, and 1.13 none older than 1.31.
      versions: 'kubernetes=1.34.1',
      labArgs: ['--talos', from, '--target', to],
    });
    await setInInventory(world, ['upgrade', 'strategy', 'minor'], 'in-place');
    await setInInventory(world, ['limits', 'ready'], '10s');
    await setInInventory(world, ['limits', 'decision'], '5m');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('follows one that went through the minor between', async () => {
    run = await world.upgrade('--only', controlPlane, worker);
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result.plan?.hops.map((hop) => hop.to)).toEqual([between, to]);
  });

  it('is planned through what ran between, and says why', async () => {
    await world.control('POST', '/faults', {
      name: 'kubelet-not-ready',
      node: worker,
      after: 'reboot:power-gone',
    });
    const { code, stdout } = await world.slipway(
      'rollback',
      '--run',
      String(run),
      '--why',
      'it loses packets',
    );
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`to Talos ${from}`) });
    await world.until('its plan is made', async () => (await world.story(run + 1)).plan !== undefined);
    const { plan } = await world.story(run + 1);
    expect(plan?.hops.map((hop) => hop.to)).toEqual([between, from]);
    expect(plan?.notes.join('\n')).toContain(`Talos ${between} comes first: it is what ran between`);
  });

  it('halts at a node that does not become Ready, and resumes it when a person says so', async () => {
    await world.until('it waits for a decision', async () =>
      (await world.says()).replaceAll(/\s+/g, ' ').includes(`Waits for somebody to decide about ${worker}`),
    );
    expect(await world.kubectl('get', 'node', worker, '--output=json')).toContain(`Talos (${between})`);
    await world.control('DELETE', '/faults');
    const { code, stdout } = await world.slipway('retry', worker, '--why', 'its kubelet is well again');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is retried'),
    });
  });

  it('brings every node back, the last one first: by its other slot, then by an install', async () => {
    const result = await world.result(run + 1);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    for (const node of [worker, controlPlane]) {
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done' });
      expect(await world.kubectl('get', 'node', node, '--output=json')).toContain(`Talos (${from})`);
      expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(1);
      // Two hops forward, and one back.
      expect(await world.machineEvents(node, 'upgrade-accepted')).toHaveLength(3);
    }
    expect(await world.says()).not.toContain('is held');
  });

  it('is nothing to do again', async () => {
    await world.slipway('rollback', '--run', String(run), '--why', 'again');
    expect(await world.result(run + 2)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
