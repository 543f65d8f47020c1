import { afterEach, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../lab/edit-inventory.js';
import { World, nodeResult } from '../../lab/world.js';

/** Only here: nodes that fail after the install was sent. The fleet stops, the cluster is held, no install is repeated. */
describe('a node that fails', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  }, 120_000);

  it('whose install fails comes back on the old version: halted, named, never installed again by itself', async () => {
    world = await World.start({ name: 'install-fails', faults: ['install-fails@k8s-work-1'] });
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1', 'k8s-work-2'));
    expect(result.outcome).toBe('halted');
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({
      outcome: 'halted',
      state: 'back-on-old',
      reason: { kind: 'back-on-old-version', version: 'v1.12.1' },
    });
    expect(result.nodes.map((node) => node.node)).toEqual(['k8s-work-1']);
    expect(await world.machineEvents('k8s-work-1', 'install-started')).toHaveLength(1);

    const status = await world.slipway('status');
    expect(status.stdout).toContain('held');
    expect(status.stdout).toContain('v1.12.1');
    const again = await world.slipway('upgrade');
    expect(again.code).toBe(1);
    expect(again.stdout + again.stderr).toContain('slipway release');
    const released = await world.slipway('release', '--why', 'looked at it');
    expect(released.code).toBe(0);
    const verdict = await world.stop();
    world = undefined;
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('that never comes back: halted when the limit is over, no other node touched', async () => {
    world = await World.start({ name: 'never-returns', faults: ['never-returns@k8s-work-1'] });
    await setInInventory(world, ['limits', 'boot'], '8s');
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1', 'k8s-work-2'));
    expect(result.outcome).toBe('halted');
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({
      outcome: 'halted',
      reason: { kind: 'node-never-returned' },
    });
    expect(await world.machineEvents('k8s-work-2', 'upgrade-accepted')).toEqual([]);
    const verdict = await world.stop();
    world = undefined;
    expect(verdict.complaints).toEqual([]);
  }, 240_000);
});
