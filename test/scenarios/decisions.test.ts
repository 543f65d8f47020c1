import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import type { RunStory } from '../../src/planning/report/run-report.js';
import { runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';

const [first, second, third] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
/** A control plane node: its rollback must not cost etcd its majority. */
const fourth = 'k8s-ctrl-2';
const workers = ['--only', first, second, third];

/** Only here: a halted run that waits for a person, and what a person decides about its nodes. */
describe('a halted run', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'decisions' });
    await setInInventory(world, ['limits', 'decision'], '5m');
    await setInInventory(world, ['limits', 'image'], '5s');
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('whose node came back on the old version, and is retried', () => {
    let run: number;
    let result: RunStory;
    let status: string;

    beforeAll(async () => {
      await world.control('POST', '/faults', { name: 'install-fails', node: first });
      run = await world.upgrade('--only', first);
      await isHalted(world, first);
      status = await world.says();
    });

    it('says what it waits for, until when, and what can be typed', () => {
      expect(status.replaceAll(/\s+/g, ' ')).toContain(`Waits for somebody to decide about ${first}`);
      expect(status).toContain(`slipway retry ${first} prox-ops/${run} --why "…"`);
      expect(status).toContain(`slipway skip ${first} prox-ops/${run} --why "…"`);
      expect(status).toContain(`slipway abort prox-ops/${run} --why "…"`);
      expect(status).not.toContain('slipway release');
    });

    it.each([
      ['of a node that it is not about', ['retry', second, '--why', 'a'], /is not about k8s-work-2/],
      ['without a reason', ['retry', first, '--why', ' '], /needs a reason/],
    ] as const)('takes no decision %s', async (_what, args, why) => {
      const { code, stdout, stderr } = await world.slipway(...args);
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(why);
    });

    it('takes none without a name or a reason from the Web UI, and says what to send', async () => {
      const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
      for (const given of [{}, { node: first, by: 'Ada' }, { node: first, by: 'Ada', why: ' ' }])
        await expect(handle.executeUpdate('retry', { args: [given] })).rejects.toMatchObject({
          cause: { message: expect.stringContaining('{ "node": NODE, "by": NAME, "why": REASON }') },
        });
    });

    it('installs it again when a person says so, and ends done, with no hold', async () => {
      const { stdout, code } = await world.slipway('retry', first, '--why', 'the registry is back');
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('is retried'),
      });
      result = await world.result(run);
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      expect(nodeResult(result, first)).toMatchObject({ outcome: 'done', attempt: 2 });
      expect(await world.machineEvents(first, 'install-started')).toHaveLength(2);
      expect(await world.says()).not.toContain('is held');
    });

    it('keeps who decided what', async () => {
      expect(result.decisions).toMatchObject([{ kind: 'retry', node: first, why: 'the registry is back' }]);
      expect((await world.slipway('report', String(run))).stdout).toContain(`retry ${first}`);
    });

    it.each(['retry', 'skip', 'rollback'])('takes no %s any more', async (verb) => {
      const { code, stderr } = await world.slipway(verb, first, String(run), '--why', 'again');
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has ended already'),
      });
    });
  });

  describe('whose node was undone, and is left out', () => {
    let run: number;

    it('continues with the others, ends incomplete without a hold, and names the skipped node everywhere', async () => {
      await neverPulls(world, second);
      run = await world.upgrade(...workers);
      await isHalted(world, second);
      const { stdout } = await world.slipway('skip', second, '--why', 'its disk is replaced on Monday');
      expect(stdout).toContain(`goes on without ${second}`);
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'incomplete',
        reasons: [{ kind: 'nodes-skipped', nodes: [second] }],
      });
      expect(nodeResult(result, second)).toMatchObject({
        outcome: 'undone',
        skippedBy: expect.stringContaining('its disk is replaced on Monday'),
      });
      expect(nodeResult(result, third)).toMatchObject({ outcome: 'done' });
      const watched = await world.slipway('watch', String(run));
      expect(watched.code).toBe(1);
      const status = await world.says();
      expect(status).not.toMatch(/is held|slipway release/);
      const { stdout: report } = await world.slipway('report', String(run));
      expect(report).toContain('**Incomplete: ');
      for (const text of [watched.stdout, status, report])
        expect(text).toContain(`slipway upgrade --only ${second} `);
      await world.until('the list of runs knows its end', async () =>
        (await world.slipway('queue')).stdout.includes('incomplete'),
      );
    });
  });

  describe('whose node does not get well on the new version, and is rolled back', () => {
    let run: number;

    it('boots the previous version, is well, and ends the run, held', async () => {
      await setInInventory(world, ['snapshot', 'maxAge'], '20s');
      await world.control('POST', '/faults', { name: 'extension-missing', node: fourth });
      run = await world.upgrade('--only', fourth);
      await isHalted(world, fourth);
      await world.until('its snapshot is too old for another turn', async () => {
        const { snapshots } = await world.story(run);
        return Date.now() - Date.parse(snapshots[0]?.takenAt ?? '') > 20_000;
      });
      const { code, stdout } = await world.slipway('rollback', fourth, '--why', 'it lost its disks');
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('is rolled back') });
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [{ kind: 'rolled-back', node: fourth, version: 'v1.12.1' }],
      });
      expect(nodeResult(result, fourth)).toMatchObject({
        outcome: 'undone',
        state: 'rolled-back',
        attempt: 2,
      });
      // The person took longer than a snapshot stays fresh.
      expect(result.snapshots).toHaveLength(2);
      const node = await world.kubectl('get', 'node', fourth, '--output=json');
      expect(node).toContain('Talos (v1.12.1)');
      expect(JSON.parse(node)).not.toHaveProperty('spec.unschedulable');
      expect(await world.says()).toContain('is held');
      expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
      for (const command of ['status', 'report']) {
        const { stdout: text } = await world.slipway(command);
        expect(text.replaceAll(/\s+/g, ' ')).toMatch(/ released the cluster on .* UTC: looked at it\./);
        expect(text).not.toMatch(/slipway release|is held/);
      }
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

async function neverPulls(world: World, node: string): Promise<void> {
  await world.control('POST', '/faults', { name: 'image-pull-fails', node, times: 100 });
}
