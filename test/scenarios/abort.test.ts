import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { abortRun, runId } from '../../src/workflows/messages.js';
import { holdDrain, whileItDrains } from './held-drain.js';

/**
 * Only here: who may abort, and that the cluster is held then: an update, the command line, the Web UI's cancel. An abort at each step
 * is the last column of the kill matrix.
 */
describe('an abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort' });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('during the drain leaves the node as it was, and the cluster held', async () => {
    const node = 'k8s-work-1';
    await holdDrain(world, node);
    const run = await world.upgrade('--only', node);
    await whileItDrains(world, run, node, async () => {
      const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
      await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
      const { outcome, reasons } = await world.result(run);
      expect({ outcome, reasons }).toEqual({
        outcome: 'aborted',
        reasons: [{ kind: 'aborted', by: 'bob: a test' }],
      });
    });
    await expectClean(node);
    expect(await world.machineEvents(node, 'upgrade-accepted')).toEqual([]);
    expect((await world.slipway('upgrade')).code).toBe(1);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  });

  it('by the command line once the install was sent finishes the node, then ends the run', async () => {
    const node = 'k8s-work-2';
    // It boots, and is not Ready until it is aborted.
    await world.control('POST', '/faults', { name: 'kubelet-not-ready', node, after: 'reboot:power-gone' });
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'awaitBoot');
    expect((await world.slipway('abort', '--why', 'a test')).code).toBe(0);
    await world.untilBegun(run, node, 'awaitReady');
    await world.control('DELETE', '/faults');
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    await expectClean(node);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  });

  it('by a plain Temporal cancel, as the Web UI sends it, is the same', async () => {
    const node = 'k8s-work-3';
    await holdDrain(world, node);
    const run = await world.upgrade('--only', node);
    await whileItDrains(world, run, node, async () => {
      await (await world.client()).workflow.getHandle(runId(world.lab.cluster, run)).cancel();
      expect((await world.result(run)).outcome).toBe('aborted');
    });
    await expectClean(node);
    expect(await world.machineEvents(node, 'upgrade-accepted')).toEqual([]);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  async function expectClean(node: string): Promise<void> {
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.annotations}')).not.toContain(
      'slipway.dev',
    );
  }
});
