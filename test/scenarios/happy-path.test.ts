import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunStory } from '../../src/planning/report/run-report.js';
import type { QueueMemo } from '../../src/workflows/messages.js';
import { World } from '../../lab/world.js';

/** Only here: every node in the plan's order, all promises at once, and what the second request for the same target says. */
describe('a patch upgrade of the whole cluster', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({ name: 'happy' });
    result = await world.result(await world.upgrade());
  });

  afterAll(async () => {
    await world.stop();
  });

  it('ends done, with every node on the target', () => {
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes.map((node) => node.outcome)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'done',
      'done',
    ]);
  });

  it('takes control planes first and whoever led etcd last of them', async () => {
    const { stdout } = await world.slipway('status', '--json');
    const { run } = JSON.parse(stdout) as { run: { nodes: { name: string; leads: boolean }[] } };
    expect(result.order[2]).toBe(run.nodes.find((node) => node.leads)?.name);
    expect(result.order.slice(0, 3).toSorted()).toEqual(['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3']);
    expect(result.order.slice(3)).toEqual(['k8s-work-1', 'k8s-work-2', 'k8s-work-3']);
  });

  it('installs once on each machine', async () => {
    for (const { name } of world.lab.machines) {
      expect(await world.machineEvents(name, 'install-finished')).toHaveLength(1);
    }
  });

  it('takes a proven, encrypted snapshot before the first node', () => {
    expect(result.snapshots[0]).toMatchObject({ proven: true });
    expect(result.snapshots[0]?.keys).toBeGreaterThan(0);
  });

  it('does nothing when asked again, says so, and holds nothing', async () => {
    const again = await world.result(await world.upgrade());
    expect(again.outcome).toBe('nothing-to-do');
    const status = await world.slipway('status', '--json');
    const { queue } = JSON.parse(status.stdout) as { queue: QueueMemo };
    expect(queue.hold ?? null).toBeNull();
  });

  it('reports what a person asks for afterwards', async () => {
    const { code, stdout } = await world.slipway('report', '1');
    expect(code).toBe(0);
    for (const expected of [os.userInfo().username, 'k8s-ctrl-1', '.etcd.age', 'v1.12.1'])
      expect(stdout).toContain(expected);
  });

  it('keeps every promise the watcher can see', async () => {
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  });
});
