import { describe, expect, test } from '@jest/globals';
import { planHashText } from '../../../src/planning/plan/plan-hash.js';
import { aCluster, type Cluster, cordonedByRun, cordonedBySomebody } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const well = aCluster();
const hash = planOf(well.planInput()).hash;
const asking = well.upgrading({ onFailure: 'ask' });

describe('the hash of a plan', () => {
  test.each<[string, string]>([
    [
      'another time',
      planOf(well.planInput({ now: '2027-01-01T00:00:00.000Z', request: { requestedAt: '2027-01-01' } }))
        .hash,
    ],
    [
      'another person',
      planOf(well.planInput({ request: { requestedBy: 'somebody', declared: false } })).hash,
    ],
    ['another leader', planOf(leaderIs(well, 'aaaaaaaaaaaaaaa3').planInput()).hash],
    ['a node that is not Ready', planOf(well.withObject('work-1', { ready: false }).planInput()).hash],
    [
      'a budget that cannot be met',
      planOf(
        well
          .withBudget({})
          .withPod({ budgets: ['postgres/db'] })
          .planInput(),
      ).hash,
    ],
    [
      'a factory with newer versions',
      planOf(well.planInput({ availableVersions: { kind: 'answered', value: ['v1.12.6', 'v1.12.7'] } })).hash,
    ],
  ])('is the same with %s', (_name, other) => expect(other).toBe(hash));

  test.each<[string, string]>([
    [
      'another target',
      planOf(
        well.planInput({
          request: { talos: 'v1.12.2' },
          availableVersions: { kind: 'answered', value: ['v1.12.2'] },
        }),
      ).hash,
    ],
    ['nodes that do not roll back by themselves', planOf(asking.planInput()).hash],
    ['other nodes', planOf(well.planInput({ only: ['work-1'] })).hash],
    [
      'a node that runs another version',
      planOf(well.withTalos('work-1', { version: 'v1.12.2' }).planInput()).hash,
    ],
    ['a node on target', planOf(well.withTalos('work-1', { version: 'v1.12.6' }).planInput()).hash],
    ['another extension', planOf(well.withTalos('work-1', { extensions: [] }).planInput()).hash],
    ['a cordon that is kept', planOf(well.withObject('work-2', cordonedBySomebody).planInput()).hash],
    [
      'annotations to take over',
      planOf(well.withObject('work-2', cordonedByRun('run/prox-ops/4')).planInput()).hash,
    ],
    [
      'other limits',
      planOf(
        well
          .declaring((inventory) => ({ ...inventory, limits: { ...inventory.limits, boot: 1 } }))
          .planInput(),
      ).hash,
    ],
    [
      'going on without a worker that cannot be emptied',
      planOf(well.upgrading({ workers: { canary: 1, batch: 1, undrained: 'skip' } }).planInput()).hash,
    ],
    [
      'more workers at a time',
      planOf(well.upgrading({ workers: { canary: 1, batch: 2, undrained: 'halt' } }).planInput()).hash,
    ],
    [
      'another reboot mode',
      planOf(well.upgrading({ reboot: { mode: 'powercycle', canary: 'powercycle' } }).planInput()).hash,
    ],
    [
      'another order of nodes',
      planOf(
        well.declaring((inventory) => ({ ...inventory, nodes: inventory.nodes.toReversed() })).planInput(),
      ).hash,
    ],
  ])('is another with %s', (_name, other) => expect(other).not.toBe(hash));

  test('of a plan in place is the same with other limits of replaces', () => {
    const other = well.declaring((inventory) => ({
      ...inventory,
      limits: { ...inventory.limits, replace: 1, terraformLock: 1 },
    }));
    expect(planOf(other.planInput()).hash).toBe(hash);
  });

  test('is the same however soon people are reminded', () => {
    const other = well.declaring((inventory) => ({
      ...inventory,
      limits: { ...inventory.limits, remind: 1 },
    }));
    expect(planOf(other.planInput()).hash).toBe(hash);
  });

  test('is the same with any polling interval', () => {
    const other = well.declaring((inventory) => ({
      ...inventory,
      limits: { ...inventory.limits, look: 100 },
    }));
    expect(planOf(other.planInput()).hash).toBe(hash);
  });

  test('does not hang on the order of keys', () => {
    const plan = planOf(well.planInput());
    const reversed = Object.fromEntries(Object.entries(plan).toReversed()) as unknown as typeof plan;
    expect(planHashText(reversed)).toBe(planHashText(plan));
  });
});

function leaderIs(cluster: Cluster, leaderId: string): Cluster {
  return ['ctrl-1', 'ctrl-2', 'ctrl-3'].reduce(
    (world, node) => world.withMember(node, { leaderId }),
    cluster,
  );
}
