import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whatWentOn, type WentOn } from '../../../lab/worker-pods/went-on.js';
import type { RunningWorkerPod } from '../../../lab/worker-pods/worker-pods.js';
import { World } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { nodeId } from '../../../src/workflows/messages.js';

/** Longer than a worker takes to end in order. */
const graceSeconds = 6;

/**
 * Only here: workers that are pods of the cluster they upgrade, as the shipped manifest has them. The one at work is drained with its
 * node, and the run continues on the other.
 */
describe('a worker that is drained with its own node', () => {
  describe.each([
    ['ends in order when it is stopped (SIGTERM)', 'exit code 0', { activity: 'drainNode', how: 'released' }],
    [
      'is stopped, cannot end, and is killed after its grace period (SIGKILL)',
      'signal SIGKILL',
      { activity: 'prepareImage', how: 'missed' },
    ],
  ] as const)('%s', (_how, end, lost) => {
    const stopped = lost.how === 'missed';
    let world: World;
    let dead: RunningWorkerPod;
    let other: RunningWorkerPod;
    let result: RunStory;
    let went: WentOn[];
    /** When it was stopped, or frozen. */
    let since = 0;

    beforeAll(async () => {
      // The first is alone until it has the run: the worker with a run in its cache gets its next steps.
      world = await World.start({ name: 'runner-death', workerPods: { replicas: 1, graceSeconds } });
      [dead] = world.pods.running() as [RunningWorkerPod];
      // It is at this step until the other worker is there.
      await world.control('POST', '/faults', { name: 'image-pull-fails', node: dead.node, times: 1_000 });
      const run = await world.upgrade('--only', dead.node);
      await world.untilBegun(run, dead.node, 'prepareImage');
      await world.pods.scale(2);
      other = world.pods.running().find(({ pod }) => pod !== dead.pod) ?? dead;
      if (stopped) process.kill(dead.pid, 'SIGSTOP');
      since = Date.now();
      await world.control('DELETE', '/faults');
      result = await world.result(run);
      const sigterm = world.pods
        .lines()
        .find(({ event, pod }) => event === 'told-to-end' && pod === dead.pod);
      if (!stopped) since = Date.parse(sigterm?.time ?? '');
      const id = nodeId(world.lab.cluster, run, 1, dead.node, 1);
      went = await whatWentOn(await world.client(), world.pods, id);
    });

    afterAll(async () => {
      await world.stop();
    });

    it('costs no node: it is upgraded, with one install', async () => {
      expect(other.node).not.toBe(dead.node);
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(await world.machineEvents(dead.node, 'install-started')).toHaveLength(1);
    });

    it('is gone before its machine is', () => {
      const lines = world.pods.lines().filter(({ pod }) => pod === dead.pod);
      expect(lines.map(({ event }) => event)).toEqual(['started', 'told-to-end', 'ended']);
      expect(lines.at(-1)).toMatchObject({ node: dead.node, how: end });
    });

    it('hands off what it was doing to the other one, which resumes it', () => {
      expect(went).toEqual([{ ...lost, on: other.node, at: expect.any(Number) }]);
      const after = (went[0]?.at ?? 0) - since;
      // How long it takes is a figure, for the page; nothing depends on it.
      process.stdout.write(`${lost.activity} went on after ${(after / 1_000).toFixed(1)} s: ${lost.how}\n`);
    });

    it('keeps every promise the watcher can see', async () => {
      expect((await world.stop()).complaints).toEqual([]);
    });
  });

  describe('of which there are two, and all nodes are upgraded in their turn', () => {
    let world: World;
    let result: RunStory;

    beforeAll(async () => {
      world = await World.start({ name: 'runner-deaths', workerPods: { graceSeconds } });
      result = await world.result(await world.upgrade());
    });

    afterAll(async () => {
      await world.stop();
    });

    it('upgrades every node, with one install each', async () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(result.nodes.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'on-target'));
      for (const { name } of world.lab.machines)
        expect(await world.machineEvents(name, 'install-started')).toHaveLength(1);
    });

    it('stopped each worker before its machine went down, and none was left on one that did', () => {
      const lines = world.pods.lines();
      const drained = lines.filter(({ event }) => event === 'told-to-end');
      expect(drained.length).toBeGreaterThanOrEqual(2);
      expect(lines.filter(({ event }) => event === 'killed-with-its-machine')).toEqual([]);
      expect(lines.filter(({ event, how }) => event === 'ended' && how !== 'exit code 0')).toEqual([]);
    });

    it('keeps every promise the watcher can see', async () => {
      expect((await world.stop()).complaints).toEqual([]);
    });
  });
});
