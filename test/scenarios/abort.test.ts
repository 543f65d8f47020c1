import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { abortRun, runId } from '../../src/workflows/messages.js';

/** Only here: an abort at each step. Before the install the node is undone; from the install on it is finished first. */
describe('an abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort', speed: 1 });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  /** What makes the step last, so that the abort meets it. */
  const undone: readonly {
    activity: string;
    node: string;
    prepare?: () => Promise<unknown>;
    after?: () => Promise<unknown>;
  }[] = [
    // An abort that is sent at a step of an instant may arrive in the drain, which takes pods to be slow: an empty node is
    // drained at once, and the install has begun. The pods of the second went to the first, for the last.
    { activity: 'drainNode', node: 'k8s-work-1', prepare: () => world.slowPods('k8s-work-1', 8) },
    { activity: 'cordonNode', node: 'k8s-work-2', prepare: () => world.slowPods('k8s-work-2', 8) },
    {
      activity: 'prepareImage',
      node: 'k8s-work-1',
      prepare: () => world.control('POST', '/faults', { name: 'factory-slow' }),
      after: () => world.control('DELETE', '/faults'),
    },
    { activity: 'awaitGates', node: 'k8s-work-1', prepare: () => world.slowPods('k8s-work-1', 8) },
  ];
  it.each(undone)(
    'during $activity leaves the node as it was, and the cluster held',
    async ({ activity, node, prepare, after }) => {
      await prepare?.();
      const run = await world.upgrade('--only', node);
      await world.untilBegun(run, node, activity);
      await abort(run);
      const result = await world.result(run);
      await after?.();
      expect(result.outcome).toBe('aborted');
      expect(result.reasons).toEqual([{ kind: 'aborted', by: 'bob: a test' }]);
      await expectClean(node);
      expect(await world.machineEvents(node, 'upgrade-accepted')).toEqual([]);
      expect((await world.slipway('upgrade')).code).toBe(1);
      expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
    },
    120_000,
  );

  it('by the command line during the wait for the boot finishes the node, then ends the run', async () => {
    const node = 'k8s-work-2';
    await world.control('POST', '/faults', { name: 'slow-reboot', node });
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'awaitBoot');
    expect((await world.slipway('abort', '--why', 'a test')).code).toBe(0);
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    await expectClean(node);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  }, 180_000);

  it('by a plain Temporal cancel, as the Web UI sends it, is the same', async () => {
    const node = 'k8s-work-3';
    await world.slowPods(node, 8);
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'drainNode');
    await (await world.client()).workflow.getHandle(runId(world.lab.cluster, run)).cancel();
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    await expectClean(node);
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  }, 120_000);

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  }, 120_000);

  async function abort(run: number): Promise<void> {
    const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
    await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
  }

  async function expectClean(node: string): Promise<void> {
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.annotations}')).not.toContain(
      'slipway.dev',
    );
  }
});
