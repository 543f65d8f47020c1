import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { holdDrain, stopHolding } from './faults/held-drain.js';

/** Only here: workers that are worked on together, and workers before the control planes. */
describe('workers in batches', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  }, 120_000);

  it('go before the control planes where the inventory says so: the canary alone, the others together', async () => {
    world = await World.start({ name: 'batches' });
    await setInInventory(world, ['upgrade', 'order'], 'workers-first');
    await setInInventory(world, ['upgrade', 'workers', 'batch'], 2);
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.order.slice(0, 3)).toEqual(['k8s-work-1', 'k8s-work-2', 'k8s-work-3']);
    const [canary, second, third] = result.order.slice(0, 3).map((name) => {
      const { startedAt, endedAt } = nodeResult(result, name);
      return { from: Date.parse(startedAt), to: Date.parse(endedAt ?? '') };
    });
    if (!canary || !second || !third) throw new Error('a worker is missing');
    expect(Math.min(second.from, third.from)).toBeGreaterThanOrEqual(canary.to);
    expect(second.from).toBeLessThan(third.to);
    expect(third.from).toBeLessThan(second.to);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 300_000);

  it('stop together: what was not installed is undone, what was is finished, and no other node begins', async () => {
    world = await World.start({ name: 'batch-halts', faults: ['install-fails@k8s-work-2'] });
    await setInInventory(world, ['upgrade', 'workers', 'batch'], 2);
    await holdDrain(world, 'k8s-work-3');
    const result = await world.result(
      await world.upgrade('--only', 'k8s-work-1', 'k8s-work-2', 'k8s-work-3'),
    );
    expect(result.outcome).toBe('halted');
    expect(nodeResult(result, 'k8s-work-2')).toMatchObject({
      outcome: 'halted',
      state: 'back-on-old',
      cordoned: true,
      reason: { kind: 'back-on-old-version' },
    });
    // A pod of it does not leave, so it was still draining: given back, and it says because of whom.
    expect(nodeResult(result, 'k8s-work-3')).toMatchObject({
      outcome: 'undone',
      state: 'undone',
      reason: { kind: 'fleet-halted', because: 'k8s-work-2 stopped first' },
    });
    expect(result.reasons[0]).toMatchObject({ kind: 'back-on-old-version' });
    await stopHolding(world);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 300_000);
});
