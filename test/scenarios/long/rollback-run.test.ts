import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { World, nodeResult } from '../../../lab/world.js';

const [from, to] = ['v1.12.1', 'v1.12.2'];
const [controlPlane, worker, unwell] = ['k8s-ctrl-2', 'k8s-work-1', 'k8s-work-2'] as const;

/** Only here: a whole run that is rolled back, once it is done and while it holds the cluster. */
describe('the rollback of a run', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'rollback-run' });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is refused where no run has been, and starts nothing', async () => {
    const { code, stderr } = await world.slipway('rollback', '--run', '1', '--why', 'a guess');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/is known here/);
  });

  it('brings every node back by its other slot, the last one first', async () => {
    const run = await world.upgrade('--only', controlPlane, worker);
    expect(await world.result(run)).toMatchObject({ outcome: 'done' });
    const wrong = await world.slipway('rollback', '--run', String(run), '--only', unwell, '--why', 'a slip');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('was not about it') });
    const { code, stdout } = await world.slipway(
      'rollback',
      '--run',
      `prox-ops/${run}`,
      '--why',
      'it loses packets',
    );
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`to Talos ${from}`) });
    const result = await world.result(run + 1);
    expect(result).toMatchObject({ outcome: 'done', order: [worker, controlPlane] });
    for (const node of [worker, controlPlane]) {
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', from: to, to: from });
      expect(await world.kubectl('get', 'node', node, '--output=json')).toContain(`Talos (${from})`);
      expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(1);
    }
    expect((await world.slipway('report', String(run + 1))).stdout).toContain(`the rollback of run ${run}`);
    expect(await world.says()).not.toContain('is held');
  });

  it('starts though its run holds the cluster, and is again nothing to do after it', async () => {
    await setInInventory(world, ['limits', 'ready'], '10s');
    await world.control('POST', '/faults', { name: 'never-ready', node: unwell });
    const run = await world.upgrade('--only', worker, unwell);
    expect(await world.result(run)).toMatchObject({ outcome: 'halted' });
    expect((await world.slipway('upgrade')).stderr).toContain('is held');
    await world.slipway('rollback', '--run', String(run), '--why', 'its kubelet never starts');
    const result = await world.result(run + 1);
    expect(result).toMatchObject({ outcome: 'done', order: [unwell, worker] });
    expect(await world.says()).not.toContain('is held');
    await world.slipway('rollback', '--run', String(run), '--why', 'again');
    expect(await world.result(run + 2)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
