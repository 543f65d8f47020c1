import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { abortRun, nodeId, runId } from '../../src/workflows/messages.js';

/** Only here: an abort at the steps around the install and after it, on control planes and workers. */
describe('a late abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort-late', speed: 1 });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  /** A step that lasts an instant may be over when the abort arrives: then the next one meets it. */
  const moments = [
    ['handOverLeadership', 'k8s-ctrl-1', /^v1\.12\.[12]$/],
    ['recordFacts', 'k8s-work-1', /^v1\.12\.[12]$/],
    ['installTalos', 'k8s-ctrl-2', /^v1\.12\.[12]$/],
    ['awaitReady', 'k8s-work-2', /^v1\.12\.2$/],
    ['awaitEtcdMember', 'k8s-ctrl-3', /^v1\.12\.2$/],
    ['uncordonNode', 'k8s-work-3', /^v1\.12\.2$/],
  ] as const;
  it.each(moments)(
    'when %s of %s begins leaves a whole node without our cordon, and the cluster held',
    async (activity, node, version) => {
      const run = await world.upgrade('--only', node);
      await world.untilBegun(run, node, activity);
      const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
      await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'aborted',
        reasons: [{ kind: 'aborted', by: 'bob: a test' }],
      });
      expect(['done', 'undone']).toContain(nodeResult(result, node).outcome);
      expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
      const annotations = await world.kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.annotations}');
      expect(annotations).not.toContain('slipway.dev');
      const image = await world.kubectl('get', 'node', node, '-o', 'jsonpath={.status.nodeInfo.osImage}');
      expect(/v[0-9.]+/.exec(image)?.[0]).toMatch(version);
      expect((await world.machineEvents(node, 'install-finished')).length).toBeLessThanOrEqual(1);
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
