import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../lab/edit-inventory.js';
import { MergeDay } from '../../lab/merge-day.js';
import { World, nodeResult } from '../../lab/world.js';
import { wasPolled } from './was-polled.js';
import { onOneLine } from './what-is-said.js';

const [now, next] = ['v1.12.1', 'v1.12.2'] as const;
const worker = 'work-1';

/**
 * Only here: a merge whose run rolled back automatically, and everything that could bring its version again. And a cluster of one control
 * plane node with workers.
 */
describe('a version from which the run of a merge was reverted', () => {
  let world: World;
  let day: MergeDay;
  let merged: { readonly number: number; readonly commit: string };

  beforeAll(async () => {
    world = await World.start({
      name: 'version-blocked',
      cluster: 'one-plus-two',
      labArgs: ['--target', now],
    });
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    day = await MergeDay.of(world, { trigger: ['webhook', 'poll'] });
  });

  afterAll(async () => {
    await day?.stop();
    await world?.stop();
  });

  const said = async (...command: string[]): Promise<string> =>
    onOneLine((await world.slipway(...command)).stdout);
  const turnedBack = /one-plus-two turned back from Talos v1\.12\.2 at work-1 in run 1, on \d{4}-/;

  it('is gone from its node, and the cluster is held', async () => {
    await world.control('POST', '/faults', { name: 'extension-missing', node: worker });
    merged = await day.bumpAndMerge({ talos: next, labels: ['upgrade-pets'] });
    await world.until('run 1 is open', async () => (await world.queue()).includes('run 1'));
    const result = await world.result(1);
    expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'rolled-back', node: worker }] });
    expect(nodeResult(result, worker)).toMatchObject({ state: 'rolled-back' });
    expect(result.order).toEqual(['ctrl-1', 'work-1', 'work-2']);
    expect(nodeResult(result, 'ctrl-1').outcome).toBe('done');
    // The same line wherever the result is read; at the pull request itself it is beside GitHub's own Revert.
    const line = `git revert ${merged.commit.slice(0, 12)} # git still declares Talos ${next}`;
    for (const command of [['status'], ['report', '1']] as const) {
      expect(await said(...command)).toContain(line);
      expect(await said(...command)).toContain(`/acme/home-ops/pull/${merged.number}`);
    }
    const [comment = ''] = day.comments(merged.number, 'run');
    expect(onOneLine(comment)).toContain(line);
    await world.until('the queue has heard', async () => turnedBack.test(onOneLine(await world.says())));
  });

  it('is not brought again when the merge is delivered again, by the fake GitHub or the poll', async () => {
    for (const { id } of day.gitHost.deliveries()) day.gitHost.hooks.redeliver(id);
    await day.gitHost.settled();
    const client = await world.client();
    await world.until('the poll has seen it', () => wasPolled(client, merged.commit));
    expect(await said('queue')).not.toContain('run 2');
  });

  it('is not by another image of it, before the release or by that, and the pull request says why', async () => {
    const text = await day.read('slipway.yaml');
    const files = {
      'slipway.yaml': text.replace(/schematic: ([0-9a-f]{64})/, `schematic: ${'ab'.repeat(32)}`),
    };
    const number = await day.propose({ title: 'Another schematic', files });
    await day.merge(number);
    await world.until('the comment is there', async () => day.comments(number).length > 0);
    const [comment = ''] = day.comments(number);
    expect(comment).toMatch(/It waits for a person: one-plus-two turned back from Talos v1\.12\.2 at work-1/);
    expect(comment).toContain('`slipway upgrade` brings it');
    expect(await said('release', '--why', 'looked at it')).toMatch(
      /is released.*Talos v1\.12\.2 was merged and waits for a person: .*slipway upgrade/,
    );
    expect(await said('queue')).toMatch(/free.*Talos v1\.12\.2.*was merged and waits for a person/);
    expect(await said('status')).toMatch(turnedBack);
    expect(await said('queue')).not.toContain('run 2');
  });

  it('is by a person, and what waited goes on once that has ended well', async () => {
    const { code } = await world.slipway('upgrade', '--talos', next, '--no-wait');
    expect(code).toBe(0);
    const result = await world.result(2);
    expect(result).toMatchObject({ outcome: 'done', reasons: [], target: next });
    expect(['work-1', 'work-2'].map((name) => nodeResult(result, name).outcome)).toEqual(['done', 'done']);
    await world.until('run 3 is there', async () => (await world.story(3)) !== undefined);
    // Nobody has such a schematic.
    expect(await world.result(3)).toMatchObject({ outcome: 'refused', target: next });
    expect(await said('queue')).not.toContain('turned back');
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
