import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { abortRun, nodeId, runId } from '../../src/workflows/messages.js';

/** Only here: an abort at the steps around the install and after it, on control planes and workers. */
describe('a late abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort-late', holds: true });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  const moments = [
    ['hand-over-leadership', 'k8s-ctrl-1', 'undone'],
    ['record-facts', 'k8s-work-1', 'undone'],
    ['install', 'k8s-ctrl-2', 'done'],
    ['await-ready', 'k8s-work-2', 'done'],
    ['await-etcd-member', 'k8s-ctrl-3', 'done'],
    ['uncordon', 'k8s-work-3', 'done'],
  ] as const;
  it.each(moments)(
    'as the worker is given the step %s of %s leaves the node %s, without our cordon, and the cluster held',
    async (step, node, outcome) => {
      const hold = world.holdAt({ node, step });
      const run = await world.upgrade('--only', node);
      await hold.reached;
      const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
      await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
      hold.release();
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'aborted',
        reasons: [{ kind: 'aborted', by: 'bob: a test' }],
      });
      expect(nodeResult(result, node).outcome).toBe(outcome);
      expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
      const annotations = await world.kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.annotations}');
      expect(annotations).not.toContain('slipway.dev');
      const image = await world.kubectl('get', 'node', node, '-o', 'jsonpath={.status.nodeInfo.osImage}');
      expect(/v[0-9.]+/.exec(image)?.[0]).toBe(outcome === 'done' ? 'v1.12.2' : 'v1.12.1');
      expect(await world.machineEvents(node, 'install-finished')).toHaveLength(outcome === 'done' ? 1 : 0);
      expect(await wentOnAfterCancel(run, node, 'installTalos')).toBe(false);
      expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
    },
    120_000,
  );

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  }, 120_000);

  /** Whether the node's workflow scheduled that activity although it had been told to stop. */
  async function wentOnAfterCancel(run: number, node: string, activity: string): Promise<boolean> {
    const handle = (await world.client()).workflow.getHandle(nodeId(world.lab.cluster, run, 1, node, 1));
    const { events = [] } = await handle.fetchHistory();
    const told = events?.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes) ?? -1;
    const begun =
      events?.findIndex(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity,
      ) ?? -1;
    return told !== -1 && begun > told;
  }
});
