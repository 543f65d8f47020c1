import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { holdDrain, stopHolding, whileItDrains } from './held-drain.js';

const [canary, second, third] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
const controlPlane = 'k8s-ctrl-2';
const nodes = ['--only', canary, second, third, controlPlane] as const;

/** Only here: workers that are worked on together and stop together, workers before control planes, and that no node follows a failure. */
describe('workers in batches', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'batches' });
    await setInInventory(world, ['upgrade', 'order'], 'workers-first');
    await setInInventory(world, ['upgrade', 'workers', 'batch'], 2);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('go before the control planes where the inventory says so: the canary alone, the others together', async () => {
    await holdDrain(world, second);
    const run = await world.upgrade(...nodes);
    // The second cannot end before the third is at work.
    await whileItDrains(world, run, second, () => world.untilBegun(run, third, 'drainNode'));
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.order).toEqual([canary, second, third, controlPlane]);
    const [alone = 0, ...together] = [canary, second, third].map((name, at) => {
      const { startedAt, endedAt } = nodeResult(result, name);
      return Date.parse(at === 0 ? (endedAt ?? '') : startedAt);
    });
    for (const begun of together) expect(begun).toBeGreaterThanOrEqual(alone);
  });

  it('stop together: what was not installed is undone, what was is finished, and no other node begins', async () => {
    await world.control('POST', '/faults', { name: 'install-fails', node: second });
    await holdDrain(world, third);
    const result = await world.result(await world.upgrade('--talos', 'v1.12.3', ...nodes));
    expect(result.outcome).toBe('halted');
    expect(nodeResult(result, second)).toMatchObject({
      outcome: 'halted',
      state: 'back-on-old',
      cordoned: true,
      reason: { kind: 'back-on-old-version' },
    });
    // One of its pods does not leave, so it was still draining: it is returned to service, and names the node that failed.
    expect(nodeResult(result, third)).toMatchObject({
      outcome: 'undone',
      state: 'undone',
      reason: { kind: 'fleet-halted', because: `${second} stopped first` },
    });
    expect(result.reasons[0]).toMatchObject({ kind: 'back-on-old-version' });
    expect(nodeResult(result, canary).outcome).toBe('done');
    expect(result.nodes.map(({ node }) => node).toSorted()).toEqual([canary, second, third]);
    expect(await world.machineEvents(controlPlane, 'install-started')).toHaveLength(1);
    await stopHolding(world);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
