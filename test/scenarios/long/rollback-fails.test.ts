import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultName } from '../../../lab/faults/catalogue.js';
import { World, nodeResult } from '../../../lab/world.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { onOneLine } from '../what-is-said.js';

const next = 'k8s-work-3';
const other = 'k8s-ctrl-3';
const from = 'v1.12.1';

/** Only here: an automatic rollback that fails, its report, and that its advice brings the node back. */
describe('an automatic rollback that fails', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'rollback-fails' });
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    await setInInventory(world, ['limits', 'ready'], '10s');
    await setInInventory(world, ['limits', 'check'], '10s');
    await setInInventory(world, ['limits', 'nodeChecks'], '10s');
    await setInInventory(world, ['limits', 'decision'], '5m');
    // How long a lost request shows no sign.
    await setInInventory(world, ['limits', 'install'], '10s');
  });

  afterAll(async () => {
    await world.stop();
  });

  const failures: readonly (readonly [string, string, { readonly name: FaultName }, string, RegExp])[] = [
    [
      'its request is lost',
      next,
      { name: 'rollback-request-lost' },
      'rollback-unanswered',
      /shows no sign of the rollback to v1\.12\.1 that was, or may have been, asked for/,
    ],
    [
      'the machine boots the same slot again',
      'k8s-ctrl-1',
      { name: 'rollback-not-written' },
      'rollback-not-booted',
      /was to roll back to v1\.12\.1 and came back on v1\.12\.2 \(boot id changed, version did not\)/,
    ],
  ];
  it.each(failures)(
    '%s: it is reported as critical, nobody goes on without %s, and again it rolls back',
    async (_what, node, fault, kind, says) => {
      await world.control('POST', '/faults', { name: 'extension-missing', node });
      await world.control('POST', '/faults', { ...fault, node });
      const run = await world.upgrade('--only', node);
      const again = `slipway rollback ${node} ${world.lab.cluster}/${run} --why`;
      await world.until('it asks what to do about the rollback', async () =>
        onOneLine(await world.says()).includes(again),
      );
      const said = onOneLine(await world.says());
      expect(said).toContain(`CRITICAL: ${node} did not come back to ${from}`);
      expect(said).toMatch(says);
      expect(said).not.toContain(`slipway skip ${node}`);
      const skip = await world.slipway('skip', node, '--why', 'a test');
      expect(skip.code).toBe(1);
      expect(onOneLine(skip.stdout + skip.stderr)).toContain(
        `The rollback of ${node} failed: no other node is begun before it is whole.`,
      );
      expect((await world.slipway('rollback', node, '--why', 'a test')).code).toBe(0);
      const result = await world.result(run);
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [
          {
            kind: 'rolled-back',
            node,
            version: from,
            after: { kind: 'rollback-failed', reason: { kind } },
          },
        ],
      });
      expect(nodeResult(result, node)).toMatchObject({
        outcome: 'undone',
        state: 'rolled-back',
        attempt: 3,
      });
      const seen = await world.kubectl('get', 'node', node, '--output=json');
      expect(seen).toContain(`Talos (${from})`);
      expect(JSON.parse(seen)).not.toHaveProperty('spec.unschedulable');
      expect(await world.machineEvents(node, 'rollback-accepted')).toHaveLength(
        fault.name === 'rollback-not-written' ? 2 : 1,
      );
      expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
    },
  );

  it('stays as it is, named, where it is not well on the previous version either', async () => {
    await setInInventory(world, ['limits', 'decision'], '0s');
    await setInInventory(world, ['limits', 'install'], '5m');
    await setInInventory(world, ['limits', 'etcdRejoin'], '8s');
    await world.control('POST', '/faults', { name: 'etcd-member-down', node: other, times: 2 });
    const result = await world.result(await world.upgrade('--only', other));
    expect(result).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'rollback-failed', node: other, reason: { kind: 'etcd-not-rejoined' } }],
    });
    expect(nodeResult(result, other)).toMatchObject({
      outcome: 'halted',
      state: 'back-on-old',
      cordoned: true,
      attempt: 2,
    });
    const stdout = await world.says();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`CRITICAL: ${other} did not come back to ${from}`);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
