import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultName } from '../../lab/faults/catalogue.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { World, nodeResult } from '../../lab/world.js';
import { onOneLine } from './what-is-said.js';

const from = 'v1.12.1';

/** Only here: a way back that the machine does not go, what is said of it, and that what is advised brings the node back. */
describe('a way back that fails', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'way-back-fails' });
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    await setInInventory(world, ['limits', 'decision'], '2m');
    await setInInventory(world, ['limits', 'boot'], '20s');
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  const failures: readonly (readonly [string, string, { readonly name: FaultName }, string, RegExp])[] = [
    [
      'its request is lost',
      'k8s-work-1',
      { name: 'rollback-request-lost' },
      'rollback-unanswered',
      /shows no sign of the rollback to v1\.12\.1 that was, or may have been, asked for/,
    ],
    [
      'the machine boots the same slot again',
      'k8s-ctrl-2',
      { name: 'rollback-not-written' },
      'rollback-not-booted',
      /was to go back to v1\.12\.1 and came back on v1\.12\.2 \(boot id changed, version did not\)/,
    ],
  ];
  it.each(failures)(
    '%s: it is told as critical, nobody goes on without %s, and once more it goes back',
    async (_what, node, fault, kind, says) => {
      await world.control('POST', '/faults', { name: 'extension-missing', node });
      await world.control('POST', '/faults', { ...fault, node });
      const run = await world.upgrade('--only', node);
      await world.until('the way back failed', async () => (await world.says()).includes('CRITICAL'));
      const said = onOneLine((await world.slipway('status')).stdout);
      expect(said).toContain(`CRITICAL: ${node} did not come back to ${from}`);
      expect(said).toMatch(says);
      const again = `slipway rollback ${node} ${world.lab.cluster}/${run} --why`;
      expect(said).toContain(again);
      expect(said).not.toContain(`slipway skip ${node}`);
      const skip = await world.slipway('skip', node, '--why', 'a test');
      expect(skip.code).toBe(1);
      expect(onOneLine(skip.stdout + skip.stderr)).toContain(
        `The way back of ${node} failed: no other node is begun before it is whole.`,
      );
      expect((await world.slipway('rollback', node, '--why', 'a test')).code).toBe(0);
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [
          { kind: 'rolled-back', node, version: from, after: { kind: 'rollback-failed', reason: { kind } } },
        ],
      });
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'undone', state: 'rolled-back', attempt: 3 });
      const seen = await world.kubectl('get', 'node', node, '--output=json');
      expect(seen).toContain(`Talos (${from})`);
      expect(JSON.parse(seen)).not.toHaveProperty('spec.unschedulable');
      expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(
        fault.name === 'rollback-not-written' ? 2 : 1,
      );
      expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
    },
    240_000,
  );

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  }, 120_000);
});
