import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { World, nodeResult } from '../../../lab/world.js';

const [from, between, to] = ['v1.11.6', 'v1.12.11', 'v1.13.7'];
const [controlPlane, worker] = ['k8s-ctrl-2', 'k8s-work-1'] as const;

/** Only here: the rollback of a run in whose second hop a node rolled back, so that its other slot holds what had failed. */
describe('the rollback of a run whose second hop failed', () => {
  let world: World;
  let run: number;

  beforeAll(async () => {
    world = await World.start({
      name: 'rollback-failed-hop',
      versions: 'kubernetes=1.34.1',
      labArgs: ['--talos', from, '--target', to],
    });
    await setInInventory(world, ['upgrade', 'strategy', 'minor'], 'in-place');
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    await setInInventory(world, ['limits', 'ready'], '10s');
  });

  afterAll(async () => {
    await world.stop();
  });

  const runs = (node: string) => world.kubectl('get', 'node', node, '--output=json');

  it('follows one that rolled a node back to the version between', async () => {
    const ended = world.upgrade('--only', controlPlane, worker);
    await world.until(`${worker} runs what is between`, async () =>
      (await runs(worker)).includes(`Talos (${between})`),
    );
    await world.control('POST', '/faults', { name: 'never-ready', node: worker });
    run = await ended;
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'rolled-back', node: worker }] });
    expect(await runs(worker)).toContain(`Talos (${between})`);
    expect(await runs(controlPlane)).toContain(`Talos (${to})`);
  });

  it('installs the older image on it, and trusts a slot only where the run left one alone', async () => {
    const { code } = await world.slipway('rollback', '--run', String(run), '--why', 'it loses packets');
    expect(code).toBe(0);
    const result = await world.result(run + 1);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.plan?.hops.map((hop) => [hop.to, hop.nodes.map(({ name }) => name)])).toEqual([
      [between, [controlPlane]],
      [from, [worker, controlPlane]],
    ]);
    for (const node of [worker, controlPlane]) {
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done' });
      expect(await runs(node)).toContain(`Talos (${from})`);
      // Of the worker automatically, in its run; of the control plane rolling back.
      expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(1);
      expect(await world.machineEvents(node, 'upgrade-accepted')).toHaveLength(3);
    }
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
