import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { stageOf } from '../faults/terraform-deaths.js';
import { terminatedAt } from '../faults/terminated-replacement.js';
import { from, to, versionMerged } from '../version-merged.js';

/** Only here: replacements that a terminated run left incomplete, resumed by the next run. */
describe('a run that is terminated while a machine is replaced', () => {
  let world: World;

  beforeAll(async () => {
    world = await versionMerged('resumed', to);
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('and the host of the worker goes down: the old machine is gone, and there is no new one', () => {
    const node = 'k8s-work-1';
    let result: RunStory;

    it('no other node is worked on before it', async () => {
      await terminatedAt(world, node, 'vm-create-hangs', 'power cut');
      await world.slipway('release', '--why', 'the others');
      const early = await world.result(await world.upgrade('--only', 'k8s-work-2'));
      expect(early).toMatchObject({
        outcome: 'refused',
        reasons: [{ kind: 'replacement-unfinished', nodes: [node] }],
      });
    });

    it('is named by the plan as resumed', async () => {
      const { stdout } = await world.slipway('plan', '--only', node);
      expect(stdout).toContain('continued, module.worker_nodes["k8s-work-1"]');
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('what the Terraform state lacks is made');
    });

    it('is resumed by the next run: made once, and destroyed no second time', async () => {
      result = await world.result(await world.upgrade('--only', node));
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', from, to });
      expect(await machineEventsOf(world, node)).toEqual([1, 1]);
    });
  });

  describe('and Terraform finishes: a new control plane waits for its configuration', () => {
    const node = 'k8s-ctrl-2';

    it('is resumed by the next run: configured, and its dead member removed by its id', async () => {
      const before = await memberOf(world, node);
      await terminatedAt(world, node, 'vm-answer-hangs', 'goes on');
      await world.until('it waits', async () => (await stageOf(world, node)) === 'maintenance');
      expect(await memberOf(world, node)).toBe(before);
      await world.slipway('release', '--why', 'to continue with it');
      const { stdout } = await world.slipway('plan', '--only', node);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain('a new machine waits there');
      const result = await world.result(await world.upgrade('--only', node));
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      const removed = nodeResult(result, node).steps.find(({ step }) => step === 'remove-member');
      expect(removed?.note).toContain(`removed member ${before}`);
      expect(await machineEventsOf(world, node)).toEqual([1, 1]);
      expect(await memberOf(world, node)).not.toBe(before);
    });
  });

  describe('of a control plane, in a run over all nodes', () => {
    const node = 'k8s-ctrl-3';

    it('takes it first, then all that is left', async () => {
      await terminatedAt(world, node, 'vm-create-hangs', 'power cut');
      await world.slipway('release', '--why', 'to continue with all');
      const result = await world.result(await world.upgrade());
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(result.order[0]).toBe(node);
      expect(result.nodes.filter(({ outcome }) => outcome === 'done').map((one) => one.node)).toEqual(
        expect.arrayContaining([node, 'k8s-ctrl-1', 'k8s-work-2', 'k8s-work-3']),
      );
      expect(result.terraform).toMatchObject({ kind: 'known', count: 0 });
      for (const { name } of world.lab.machines) expect(await machineEventsOf(world, name)).toEqual([1, 1]);
    });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

/** How often a machine of the node was destroyed, and created. */
async function machineEventsOf(world: World, node: string): Promise<number[]> {
  const events = await Promise.all(['destroyed', 'created'].map((event) => world.machineEvents(node, event)));
  return events.map((list) => list.length);
}

/** The id of a node's etcd member, in hex; asked of another one. */
async function memberOf(world: World, node: string): Promise<string | undefined> {
  const other = world.lab.etcd.find(({ name }) => name !== node);
  const answer = await fetch(`${other?.client}/v3/cluster/member/list`, { method: 'POST', body: '{}' });
  const { members } = (await answer.json()) as { members: { ID: string; name?: string }[] };
  const id = members.find(({ name }) => name === node)?.ID;
  return id === undefined ? undefined : BigInt(id).toString(16);
}
