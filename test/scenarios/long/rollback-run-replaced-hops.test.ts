import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { World } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { templatesMade } from '../templates-made.js';

const [from, between, to] = ['v1.11.6', 'v1.12.11', 'v1.13.7'];
const [controlPlane, worker] = ['k8s-ctrl-2', 'k8s-work-1'] as const;

/** Only here: a run that replaced machines over two minors rolls back through the minor between, and is retried where it halts. */
describe('the rollback of a run that replaced machines over two minors', () => {
  let world: World;
  let run: number;
  let back: RunStory;

  beforeAll(async () => {
    world = await World.start({
      name: 'run-back-minors',
      hypervisor: true,
      // Talos 1.11 supports no newer one, and 1.13 none older than 1.31.
      versions: 'kubernetes=1.34.1',
      labArgs: ['--talos', from, '--target', from],
    });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await world.owner.mergeTalos(to);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('follows one that went through the minor between', async () => {
    run = await world.upgrade('--only', controlPlane, worker);
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(result.plan?.hops.map((hop) => hop.to)).toEqual([between, to]);
  });

  it('is planned through it, each hop with values of its own, and says why', async () => {
    await world.control('POST', '/faults', { name: 'vm-create-fails', node: worker });
    const { code, stdout } = await world.slipway(
      'rollback',
      '--run',
      String(run),
      '--why',
      'it loses packets',
    );
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`to Talos ${from}`) });
    await world.until('its plan is made', async () => (await world.story(run + 1)).plan !== undefined);
    const { plan } = await world.story(run + 1);
    expect(plan?.hops.map((hop) => [hop.to, hop.strategy, hop.values?.['talos_version']])).toEqual([
      [between, 'replace', '1.12.11'],
      [from, 'replace', '1.11.6'],
    ]);
    expect(plan?.notes.join('\n')).toContain(`Talos ${between} comes first: it is what ran between`);
  });

  it('halts at a machine that is incomplete, and resumes it when a person says so', async () => {
    await world.until('it waits for a decision', async () =>
      (await world.says()).includes(`slipway retry ${worker} `),
    );
    await world.until('the cluster knows that its machine is gone', async () =>
      (await nodeNow(worker)).every((text) => text !== 'True'),
    );
    const { code, stdout } = await world.slipway('retry', worker, '--why', 'its host has room again');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is retried'),
    });
  });

  it('brings every node back through the minor between, the last one first', async () => {
    back = await world.result(run + 1);
    expect(back).toMatchObject({ outcome: 'done', reasons: [] });
    const done = back.nodes
      .filter(({ outcome }) => outcome === 'done')
      .map(({ node, to: its }) => [node, its]);
    expect(done).toEqual([
      [worker, between],
      [controlPlane, between],
      [worker, from],
      [controlPlane, from],
    ]);
    const [first, second] = back.nodes.filter(({ node, outcome }) => node === worker && outcome === 'done');
    expect(first?.steps.map(({ step }) => step)).toContain('continue-machine');
    expect(second?.steps.map(({ step }) => step)).toContain('replace-machine');
    for (const node of [worker, controlPlane]) {
      expect(await nodeNow(node)).toEqual([`Talos (${from})`, 'True']);
      const made = await world.machineEvents(node, 'created');
      expect(made.map(({ version }) => version)).toEqual([between, to, between, from]);
    }
    expect(await world.says()).not.toContain('is held');
  });

  it('made their templates once for each hop, there and back', async () => {
    const made = await templatesMade(world);
    const once = [...new Set(made)];
    expect(made.toSorted()).toEqual(once.flatMap((one) => [one, one, one, one]).toSorted());
    expect(once).toHaveLength(2);
  });

  it('is nothing to do again', async () => {
    await world.slipway('rollback', '--run', String(run), '--why', 'again');
    expect(await world.result(run + 2)).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  /** What it runs, and whether it is Ready. */
  async function nodeNow(name: string): Promise<string[]> {
    const path = `{.status.nodeInfo.osImage}{"\\n"}{.status.conditions[?(@.type=="Ready")].status}`;
    return (await world.kubectl('get', 'node', name, `--output=jsonpath=${path}`)).split('\n');
  }
});
