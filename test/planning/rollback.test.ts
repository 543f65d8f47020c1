import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../src/planning/node-steps.js';
import { rollbackOf } from '../../src/planning/rollback.js';
import { aCluster, type Cluster } from './a-cluster.js';
import { planOf } from './a-planned-node.js';

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
const adopted = (name: string) => ({ ...planned(name), from: to, skip: 'already-on-target' as const });
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
      steps: ['cordon', 'record-facts', 'await-ready', 'await-etcd-member', 'verify-node', 'uncordon'],
    }));

  test('is not, where this run installed nothing on it: it would be told to be back, and be what it was', () =>
    expect(
      rollbackOf(inventory, seen(world.running(to, 'ctrl-2'), 'ctrl-2'), adopted('ctrl-2'), to),
    ).toMatchObject({
      verdict: 'refused',
      reasons: [
        { kind: 'rollback-impossible', why: `this run installed nothing on it: it ran ${to} before` },
      ],
    }));

  test('is neither drained nor relieved of its leadership where there is nobody else', () => {
    const alone = { ...inventory, nodes: inventory.nodes.filter(({ name }) => name === 'ctrl-2') };
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

  test('is not, where somebody wrote its other slot since: the sentence has the command that is left', () => {
    const now = seen(world.running(to, 'ctrl-2'), 'ctrl-2');
    const before = planned('ctrl-2');
    const with_ = (image: string) => rollbackOf(inventory, now, before, to, image);
    expect(with_('ghcr.io/siderolabs/installer:v1.12.9')).toMatchObject({
      verdict: 'refused',
      reasons: [
        {
          why: expect.stringContaining(
            `talosctl -n 10.20.67.2 upgrade --image factory.talos.dev/nocloud-installer/${before.expects.schematic}:v1.12.1`,
          ),
        },
      ],
    });
    expect(with_('ghcr.io/siderolabs/installer:v1.12.1')).toMatchObject({ verdict: 'back' });
  });
});
