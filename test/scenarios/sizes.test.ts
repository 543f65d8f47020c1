import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';

/** Only here: clusters of other sizes than three control planes and some workers. */
describe('a cluster', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  }, 120_000);

  it('of one node: the plan says that it is an outage, nothing is drained, and it comes back upgraded', async () => {
    world = await World.start({ name: 'one-node', cluster: 'one-node' });
    const plan = await world.slipway('plan');
    expect(plan.stdout).toMatch(/one control plane: the Kubernetes API is away/);
    expect(plan.stdout).not.toMatch(/^ {2}drain +evicts/m);
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    const node = nodeResult(result, 'ctrl-1');
    expect(node.steps.map((step) => step.step)).not.toContain('drain');
    expect(await world.machineEvents('ctrl-1', 'install-finished')).toHaveLength(1);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('of one control plane and two workers: all three, the control plane first', async () => {
    world = await World.start({ name: 'one-plus-two', cluster: 'one-plus-two' });
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.order).toEqual(['ctrl-1', 'work-1', 'work-2']);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 300_000);

  it('of two control planes is refused, with what to do', async () => {
    world = await World.start({ name: 'two', cluster: 'two-control-planes' });
    const plan = await world.slipway('plan');
    expect(plan.code).not.toBe(0);
    expect(plan.stdout + plan.stderr).toMatch(/two nodes are control planes/);
    expect(plan.stdout + plan.stderr).toMatch(/add a third control plane/);
    await world.stop();
  }, 120_000);

  it('of five control planes: one after the other, the leader last', async () => {
    world = await World.start({ name: 'five', cluster: 'five-plus-one' });
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes).toHaveLength(6);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 480_000);
});
