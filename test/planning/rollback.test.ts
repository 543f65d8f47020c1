import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../src/planning/node-steps.js';
import { rollbackOf } from '../../src/planning/rollback.js';
import { aCluster, type Cluster } from './a-cluster.js';
import { planOf } from './a-planned-node.js';
import { aRebuildingCluster, rebuilding } from './a-rebuilding-cluster.js';

const to = 'v1.12.6';
const world = aCluster();
const { inventory } = world;
const planned = (name: string, cluster = world.planInput()) => {
  const node = planOf(cluster).hops[0]?.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`the plan has no ${name}`);
  return node;
};
const seen = (now: Cluster, name: string) => {
  const found = now.planInput().observation.nodes.find((one) => one.name === name);
  if (!found) throw new Error(`nobody saw ${name}`);
  return found;
};
const back = (now: Cluster, name = 'ctrl-2') => rollbackOf(inventory, seen(now, name), planned(name), to);

describe('a node that halted a run, and is rolled back', () => {
  test('boots the version from before, and is compared with what that is made of', () => {
    const before = planned('ctrl-2');
    expect(back(world.running(to, 'ctrl-2'))).toEqual({
      verdict: 'back',
      node: expect.objectContaining({
        back: true,
        from: to,
        schematic: before.expects.schematic,
        expects: expect.objectContaining({ version: to }),
      }),
      steps: stepOrders.back,
    });
  });

  test('only goes back into service where it runs that version already', () =>
    expect(back(world)).toMatchObject({
      verdict: 'back',
      steps: ['cordon', 'await-etcd-member', 'uncordon'],
    }));

  test('is neither drained nor relieved of its leadership where there is nobody else', () => {
    const alone = { nodes: inventory.nodes.filter(({ name }) => name === 'ctrl-2') };
    const answer = rollbackOf(alone, seen(world.running(to, 'ctrl-2'), 'ctrl-2'), planned('ctrl-2'), to);
    expect(answer).toMatchObject({
      steps: stepOrders.back.filter((step) => step !== 'drain' && step !== 'hand-over-leadership'),
    });
  });

  test('is not, where it runs neither version', () =>
    expect(back(world.running('v1.12.0', 'ctrl-2'))).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'rollback-impossible', why: expect.stringContaining('runs v1.12.0, neither') }],
    }));

  test('is not, where nobody hears it', () => {
    const silent = {
      ...seen(world, 'ctrl-2'),
      talos: { kind: 'unreachable', why: 'connection refused' } as const,
    };
    expect(rollbackOf(inventory, silent, planned('ctrl-2'), to)).toMatchObject({
      verdict: 'refused',
      reasons: [{ why: expect.stringContaining('does not answer (connection refused)') }],
    });
  });

  test('is not, where its machine was made anew: there is no other slot', () => {
    const other = aRebuildingCluster();
    const node = planned('work-2', rebuilding(other));
    expect(rollbackOf(other.inventory, seen(other, 'work-2'), node, 'v1.13.9')).toMatchObject({
      verdict: 'refused',
      reasons: [{ why: expect.stringContaining('made anew') }],
    });
  });
});
