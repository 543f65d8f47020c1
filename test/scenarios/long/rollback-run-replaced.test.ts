import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { templatesMade } from '../templates-made.js';

const from = 'v1.12.1';
const to = 'v1.13.7';
const [controlPlane, worker, other] = ['k8s-ctrl-2', 'k8s-work-1', 'k8s-work-2'] as const;

/** Only here: the rollback of a whole run whose nodes were replaced. */
describe('the rollback of a run that replaced machines', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({
      name: 'rollback-run-replaced',
      hypervisor: true,
      labArgs: ['--talos', from, '--target', from],
    });
    await world.owner.mergeTalos(to);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('replaces each machine again, of the previous version, the last one first', async () => {
    const run = await world.upgrade('--only', controlPlane, worker);
    expect(await world.result(run)).toMatchObject({ outcome: 'done' });
    const { code, stdout } = await world.slipway(
      'rollback',
      '--run',
      String(run),
      '--why',
      'it loses packets',
    );
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`to Talos ${from}`) });
    result = await world.result(run + 1);
    expect(result).toMatchObject({ outcome: 'done', reasons: [], order: [worker, controlPlane] });
    for (const node of [worker, controlPlane]) {
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', from: to, to: from });
      expect(await osOf(node)).toBe(`Talos (${from})`);
      expect([node, (await world.machineEvents(node, 'destroyed')).length]).toEqual([node, 2]);
    }
    expect(await osOf(other)).toBe(`Talos (${from})`);
  });

  it('made their templates once of each version', async () => {
    const made = await templatesMade(world);
    expect(made.toSorted()).toEqual(
      made
        .slice(0, made.length / 2)
        .flatMap((one) => [one, one])
        .toSorted(),
    );
    expect(new Set(made).size).toBe(made.length / 2);
  });

  it('says what git would bring again, and holds nothing', async () => {
    const left = result.terraform?.kind === 'known' ? result.terraform.writes : [];
    expect(left.map(({ address }) => address).join('\n')).toContain(worker);
    expect((await world.slipway('report', String(result.run))).stdout).toContain('the rollback of run 1');
    expect(await world.says()).not.toContain('is held');
  });

  it('is nothing to do again', async () => {
    await world.slipway('rollback', '--run', '1', '--why', 'again');
    expect(await world.result(result.run + 1)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('begins with what a run left incomplete, of the previous version', async () => {
    await world.control('POST', '/faults', { name: 'vm-create-fails', node: other });
    const run = await world.upgrade('--only', other);
    expect(await world.result(run)).toMatchObject({ outcome: 'halted' });
    await world.until('the cluster knows that its machine is gone', async () => {
      const ready = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
      return (await world.kubectl('get', 'node', other, ready)) !== 'True';
    });
    const { code } = await world.slipway('rollback', '--run', String(run), '--why', 'it loses packets');
    expect(code).toBe(0);
    const back = await world.result(run + 1);
    expect(back).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(back, other)).toMatchObject({ outcome: 'done', state: 'on-target', to: from });
    expect(await osOf(other)).toBe(`Talos (${from})`);
    expect(await world.says()).not.toContain('is held');
  });

  async function osOf(node: string): Promise<string> {
    return world.kubectl('get', 'node', node, '--output=jsonpath={.status.nodeInfo.osImage}');
  }

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
