import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { abortRun, runId } from '../../src/workflows/messages.js';
import { holdDrain, stopHolding } from './faults/held-drain.js';

/** Only here: an abort at each step. Before the install the node is undone; from the install on it is finished first. */
describe('an abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort', holds: true });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  const node = 'k8s-work-1';

  it.each(['prepare-image', 'await-gates', 'cordon', 'drain'] as const)(
    'as the worker is given the step %s leaves the node as it was, and the cluster held',
    async (step) => {
      const hold = world.holdAt({ node, step });
      const run = await world.upgrade('--only', node);
      await hold.reached;
      await abort(run);
      hold.release();
      await expectUndone(run);
    },
    120_000,
  );

  it('while kubectl drains the node leaves it as it was, and the cluster held', async () => {
    await holdDrain(world, node);
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'drainNode');
    await abort(run);
    await expectUndone(run);
    await stopHolding(world);
  }, 120_000);

  it('by the command line before the wait for the boot finishes the node, then ends the run', async () => {
    const installed = 'k8s-work-2';
    const hold = world.holdAt({ node: installed, step: 'await-boot' });
    const run = await world.upgrade('--only', installed);
    await hold.reached;
    expect((await world.slipway('abort', '--why', 'a test')).code).toBe(0);
    hold.release();
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(nodeResult(result, installed)).toMatchObject({ outcome: 'done', state: 'on-target' });
    await expectClean(installed);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  }, 180_000);

  it('by a plain Temporal cancel, as the Web UI sends it, is the same', async () => {
    const drained = 'k8s-work-3';
    await holdDrain(world, drained);
    const run = await world.upgrade('--only', drained);
    await world.untilBegun(run, drained, 'drainNode');
    await (await world.client()).workflow.getHandle(runId(world.lab.cluster, run)).cancel();
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    await expectClean(drained);
    await stopHolding(world);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  }, 120_000);

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  }, 120_000);

  async function abort(run: number): Promise<void> {
    const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
    await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
  }

  /** Nothing was installed, nobody may begin another run, and a person releases the cluster. */
  async function expectUndone(run: number): Promise<void> {
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(result.reasons).toEqual([{ kind: 'aborted', by: 'bob: a test' }]);
    await expectClean(node);
    expect(await world.machineEvents(node, 'upgrade-accepted')).toEqual([]);
    expect((await world.slipway('upgrade')).code).toBe(1);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  }

  async function expectClean(name: string): Promise<void> {
    expect(await world.kubectl('get', 'node', name, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
    expect(await world.kubectl('get', 'node', name, '-o', 'jsonpath={.metadata.annotations}')).not.toContain(
      'slipway.dev',
    );
  }
});
