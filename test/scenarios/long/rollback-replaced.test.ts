import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { templatesMade } from '../templates-made.js';

const from = 'v1.12.1';
const to = 'v1.13.7';

/** Only here: the rollback of a node that Terraform replaced. */
describe('a halted run whose node was replaced, and is rolled back', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      name: 'way-back',
      hypervisor: true,
      labArgs: ['--talos', from, '--target', from],
    });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await setInInventory(world, ['limits', 'configure'], '10s');
    await setInInventory(world, ['limits', 'etcdRejoin'], '12s');
    await world.owner.mergeTalos(to);
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('a worker whose new machine never boots', () => {
    const node = 'k8s-work-1';
    let run: number;
    let said: string;
    let result: RunStory;
    let etcdBefore: readonly Member[];

    beforeAll(async () => {
      etcdBefore = await members(world);
      await world.control('POST', '/faults', { name: 'vm-never-boots', node });
      run = await world.upgrade('--only', node);
      await isHalted(world, node);
      await isUnresponsive(world, node);
      said = await rollBack(world, node, 'the new one does not boot');
      result = await world.result(run);
    });

    it('is reported with its steps and what they cost before anything is done', () => {
      expect(said).toContain('is rolled back');
      expect(said).toContain('templates, cordon');
      expect(said).toContain(`module.templates["baldar-worker"] replaced with ${from} first: usually 5m`);
      expect(said).toContain(`the machine of ${node} replaced with ${from}: usually 6m`);
    });

    it('has its old template and a machine of the old version, and is in service', async () => {
      expect(await templatesMade(world)).toEqual(['baldar-worker', 'baldar-worker']);
      expect(await nodeNow(world, node)).toEqual({ os: `Talos (${from})`, ready: 'True', cordoned: false });
      // The one that never booted is no machine.
      expect(await machineEventsOf(world, node)).toEqual([1, 1]);
    });

    it('ends the run, held, with the node as rolled back, and etcd as it was', async () => {
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [{ kind: 'rolled-back', node, version: from }],
      });
      expect(nodeResult(result, node)).toMatchObject({
        outcome: 'undone',
        state: 'rolled-back',
        attempt: 2,
      });
      expect(await members(world)).toEqual(etcdBefore);
      expect(await world.says()).toContain('is held');
    });

    it('says what git would bring again', async () => {
      const { stdout } = await world.slipway('report', String(run));
      expect(stdout).toContain(`${node} was rolled back to ${from}, and git names ${to}`);
      expect(result.terraform).toMatchObject({ kind: 'known' });
      const left = result.terraform?.kind === 'known' ? result.terraform.writes : [];
      expect(left.map(({ address }) => address).join('\n')).toContain('module.templates["baldar-worker"]');
      expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
    });
  });

  describe('a control plane whose new member is never given its vote', () => {
    const node = 'k8s-ctrl-2';
    let said: string;
    let result: RunStory;
    let before: readonly Member[];

    beforeAll(async () => {
      before = await members(world);
      await world.control('POST', '/faults', { name: 'etcd-stays-learner', node });
      const run = await world.upgrade('--only', node);
      await isHalted(world, node);
      said = await rollBack(world, node, 'it gets no vote');
      await world.until('the machine without a vote is gone', async () => {
        const [destroyed] = await machineEventsOf(world, node);
        return destroyed === 2;
      });
      await world.control('DELETE', '/faults');
      result = await world.result(run);
    });

    it('is replaced again with the old version, and votes again', async () => {
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [{ kind: 'rolled-back', node, version: from }],
      });
      expect(await nodeNow(world, node)).toEqual({ os: `Talos (${from})`, ready: 'True', cordoned: false });
      const after = await members(world);
      expect(after.map(({ name, learner }) => [name, learner])).toEqual(
        before.map(({ name }) => [name, false]),
      );
    });

    it('had the member of the machine that went removed by its id', () => {
      expect(said).toContain('snapshot, templates, plan-replacement');
      const steps = nodeResult(result, node).steps.map(({ step }) => step);
      expect(steps.slice(0, 3)).toEqual(['snapshot', 'templates', 'plan-replacement']);
      const removed = nodeResult(result, node).steps.find(({ step }) => step === 'remove-member');
      expect(removed?.note).toMatch(/^removed member|was gone already$/);
    });

    afterAll(async () => {
      await world.slipway('release', '--why', 'looked at it');
    });
  });

  describe('a worker whose rollback fails too', () => {
    const node = 'k8s-work-2';
    let run: number;

    beforeAll(async () => {
      await world.control('POST', '/faults', { name: 'vm-never-boots', node });
      run = await world.upgrade('--only', node);
      await isHalted(world, node);
      await isUnresponsive(world, node);
      await world.control('POST', '/faults', { name: 'vm-never-boots', node });
      await rollBack(world, node, 'the new one does not boot');
      await world.until('the rollback has failed', async () => (await world.says()).includes('CRITICAL'));
    });

    it('halts with the state that it left, and waits for a person', async () => {
      const status = (await world.says()).replaceAll(/\s+/g, ' ');
      expect(status).toContain(`CRITICAL: ${node} did not come back to ${from}`);
      expect(status).toContain('It has a new machine, which has not joined the cluster');
      expect(status).toContain(`slipway rollback ${node} prox-ops/${run}`);
    });

    it('rolls back when it is asked again, from its state then', async () => {
      const { code } = await world.slipway('rollback', node, '--why', 'the host was repaired');
      expect(code).toBe(0);
      const result = await world.result(run);
      expect(nodeResult(result, node)).toMatchObject({ state: 'rolled-back', attempt: 3 });
      expect(await nodeNow(world, node)).toEqual({ os: `Talos (${from})`, ready: 'True', cordoned: false });
      await world.slipway('release', '--why', 'looked at it');
    });
  });

  describe('a worker whose new machine was made of what its template held before', () => {
    const node = 'k8s-work-3';

    it('is replaced again, since Terraform takes it for the new version', async () => {
      await world.control('POST', '/faults', { name: 'vm-boots-old-image', node });
      const run = await world.upgrade('--only', node);
      await isHalted(world, node);
      await isUnresponsive(world, node);
      await rollBack(world, node, 'it came out wrong');
      const result = await world.result(run);
      expect(nodeResult(result, node)).toMatchObject({ state: 'rolled-back', attempt: 2 });
      expect(await machineEventsOf(world, node)).toEqual([2, 2]);
      expect(await nodeNow(world, node)).toEqual({ os: `Talos (${from})`, ready: 'True', cordoned: false });
      await world.slipway('release', '--why', 'looked at it');
    });
  });

  describe('a worker whose machine could not be destroyed', () => {
    const node = 'k8s-work-1';

    it('only returns to service', async () => {
      await world.control('POST', '/faults', { name: 'vm-destroy-fails', node });
      const run = await world.upgrade('--only', node);
      await isHalted(world, node);
      const said = await rollBack(world, node, 'its host is looked at');
      expect(said).toContain('cordon, await-etcd-member, uncordon');
      const result = await world.result(run);
      expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'rolled-back', node }] });
      expect(await machineEventsOf(world, node)).toEqual([1, 1]);
      expect(await nodeNow(world, node)).toEqual({ os: `Talos (${from})`, ready: 'True', cordoned: false });
      await world.slipway('release', '--why', 'looked at it');
    });
  });

  describe('a worker at whose address another machine waits', () => {
    const node = 'k8s-work-1';

    it('is refused, and nothing is changed', async () => {
      await world.control('DELETE', '/faults');
      await world.control('POST', '/faults', { name: 'vm-other-uuid', node });
      const run = await world.upgrade('--only', node);
      await isHalted(world, node);
      await isUnresponsive(world, node);
      const { code, stdout } = await world.slipway('rollback', node, '--why', 'it is another one');
      expect(code).not.toBe(0);
      expect(stdout).toMatch(/another machine than the one Terraform knows/i);
      expect(stdout).toContain('goes on waiting');
      expect(await machineEventsOf(world, node)).toEqual([2, 2]);
      await world.slipway('abort', '--why', 'a person looks at it');
      expect(await world.result(run)).toMatchObject({ outcome: 'aborted' });
    });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

async function isHalted(world: World, node: string): Promise<void> {
  await world.until(`the run waits for a decision about ${node}`, async () =>
    (await world.says()).includes(`slipway retry ${node} `),
  );
}

/** @returns the response, in one line */
async function rollBack(world: World, node: string, why: string): Promise<string> {
  const { code, stdout, stderr } = await world.slipway('rollback', node, '--why', why);
  if (code !== 0) throw new Error(`${node} is not rolled back: ${stdout}${stderr}`);
  return stdout.replaceAll(/\s+/g, ' ');
}

/** The cluster knows that its machine is gone: until then a rollback is rejected with a request to retry. */
async function isUnresponsive(world: World, node: string): Promise<void> {
  await world.until(`${node} is not Ready`, async () => (await nodeNow(world, node)).ready !== 'True');
}

async function nodeNow(
  world: World,
  name: string,
): Promise<{ readonly os: string; readonly ready: string | undefined; readonly cordoned: boolean }> {
  const node = JSON.parse(await world.kubectl('get', 'node', name, '--output=json')) as {
    spec: { unschedulable?: boolean };
    status: { nodeInfo: { osImage: string }; conditions: { type: string; status: string }[] };
  };
  return {
    os: node.status.nodeInfo.osImage,
    ready: node.status.conditions.find(({ type }) => type === 'Ready')?.status,
    cordoned: node.spec.unschedulable === true,
  };
}

/** How often a machine of the node was destroyed, and created. */
async function machineEventsOf(world: World, node: string): Promise<number[]> {
  const events = await Promise.all(['destroyed', 'created'].map((event) => world.machineEvents(node, event)));
  return events.map((list) => list.length);
}

interface Member {
  readonly id: string;
  readonly name: string;
  readonly learner: boolean;
}

/** As etcd itself lists them, by name. */
async function members(world: World): Promise<Member[]> {
  const [first] = world.lab.etcd;
  const answer = await fetch(`${first?.client}/v3/cluster/member/list`, { method: 'POST', body: '{}' });
  const list = (await answer.json()) as { members: { ID: string; name?: string; isLearner?: boolean }[] };
  return list.members
    .map(({ ID: id, name = '', isLearner: learner = false }) => ({ id, name, learner }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}
