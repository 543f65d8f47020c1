import { describe, expect, test } from '@jest/globals';
import { batchesOf } from '../../../src/planning/plan/batches.js';
import { orderNodes } from '../../../src/planning/plan/node-order.js';
import type { PlannedNode } from '../../../src/planning/plan/plan.js';
import { aCluster, type Cluster, cordonedByRun } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const none = (): readonly string[] => [];
const gpu = 'nvidia.com/gpu';

function nodesOf(cluster: Cluster): readonly PlannedNode[] {
  return planOf(cluster.planInput()).hops[0]?.nodes ?? [];
}

/** Batches in words: nodes of one batch joined by `+`. */
function batches(
  nodes: readonly PlannedNode[],
  size: number,
  resourcesOf: (node: string) => readonly string[] = none,
  order: 'control-planes-first' | 'workers-first' = 'control-planes-first',
): string {
  const names = orderNodes(nodes, 'ctrl-1', 'last', order);
  return batchesOf(names, nodes, size, resourcesOf)
    .map((batch) => batch.join('+'))
    .join(' ');
}

/** Workers after the canary, by number. */
const big = nodesOf(aCluster({ workers: 7 }));
const controlPlanes = 'ctrl-2 ctrl-3 ctrl-1';

describe('the batches of an order', () => {
  test.each([
    [1, `${controlPlanes} work-1 work-2 work-3 work-4 work-5 work-6 work-7`],
    [2, `${controlPlanes} work-1 work-2+work-3 work-4+work-5 work-6+work-7`],
    [3, `${controlPlanes} work-1 work-2+work-3+work-4 work-5+work-6+work-7`],
  ])('of at most %i leave control planes and the canary alone', (size, expected) => {
    expect(batches(big, size)).toBe(expected);
  });

  test('end with fewer where they do not come out even', () => {
    expect(batches(nodesOf(aCluster({ workers: 6 })), 3)).toBe(
      `${controlPlanes} work-1 work-2+work-3+work-4 work-5+work-6`,
    );
  });

  test('put the canary first with workers first, and never a worker beside a control plane', () => {
    expect(batches(big, 3, none, 'workers-first')).toBe(
      `work-1 work-2+work-3+work-4 work-5+work-6+work-7 ${controlPlanes}`,
    );
  });

  test('begin together where there is no canary', () => {
    const without = nodesOf(
      aCluster({ workers: 4 }).upgrading({ workers: { canary: 0, batch: 3, undrained: 'halt' } }),
    );
    expect(batches(without, 3)).toBe(`${controlPlanes} work-1+work-2+work-3 work-4`);
  });

  test('leave nodes that are skipped alone: what is left goes on together', () => {
    const half = nodesOf(aCluster({ workers: 7 }).running('v1.12.6', 'work-3', 'work-5'));
    expect(batches(half, 3)).toBe(`${controlPlanes} work-1 work-2 work-3 work-4 work-5 work-6+work-7`);
  });

  test('leave a node that is only returned to service alone', () => {
    const left = aCluster({ workers: 5 })
      .running('v1.12.6', 'work-3')
      .withObject('work-3', cordonedByRun('run/prox-ops/4'));
    expect(batches(nodesOf(left), 3)).toBe(`${controlPlanes} work-1 work-2 work-3 work-4+work-5`);
  });

  test('name every node once, in the order they were given, whatever the size', () => {
    const order = orderNodes(big, 'ctrl-2', 'last', 'control-planes-first');
    for (const size of [1, 2, 3]) {
      const cut = batchesOf(order, big, size, none);
      expect(cut.flat()).toEqual(order);
      expect(Math.max(...cut.map((names) => names.length))).toBeLessThanOrEqual(size);
    }
  });

  test('pass over a name that the plan does not have', () => {
    expect(batchesOf(['work-2', 'unknown-node', 'work-3'], big, 3, none)).toEqual([['work-2', 'work-3']]);
  });
});

describe('nodes that alone offer a resource', () => {
  const offering =
    (...names: readonly string[]) =>
    (name: string): readonly string[] =>
      names.includes(name) ? [gpu] : [];

  test.each<[string, readonly string[], string]>([
    ['two, side by side', ['work-2', 'work-3'], 'work-2 work-3+work-4+work-5 work-6+work-7'],
    ['two, one between them', ['work-2', 'work-4'], 'work-2+work-3 work-4+work-5+work-6 work-7'],
    ['two, far apart', ['work-2', 'work-7'], 'work-2+work-3+work-4 work-5+work-6+work-7'],
    ['three', ['work-2', 'work-3', 'work-4'], 'work-2+work-3 work-4+work-5+work-6 work-7'],
    ['one: its pods stop with it anyway', ['work-2'], 'work-2+work-3+work-4 work-5+work-6+work-7'],
    ['the canary and another', ['work-1', 'work-2'], 'work-2+work-3+work-4 work-5+work-6+work-7'],
    [
      'four of which three follow: the fourth keeps a place',
      ['work-2', 'work-3', 'work-4', 'work-7'],
      'work-2+work-3+work-4 work-5+work-6+work-7',
    ],
  ])('%s', (_name, names, expected) => {
    expect(batches(big, 3, offering(...names))).toBe(`${controlPlanes} work-1 ${expected}`);
  });

  test('are distinguished by resource', () => {
    const kinds = (name: string): readonly string[] => {
      if (name === 'work-2' || name === 'work-4') return [gpu];
      return name === 'work-3' || name === 'work-5' ? ['gpu.intel.com/i915'] : [];
    };
    const cut = batchesOf(orderNodes(big, 'ctrl-1', 'last', 'control-planes-first'), big, 3, kinds);
    for (const pair of [
      ['work-2', 'work-4'],
      ['work-3', 'work-5'],
    ])
      expect(cut.some((names) => pair.every((name) => names.includes(name)))).toBe(false);
  });

  test('count with the nodes that are skipped: their places stay', () => {
    const half = nodesOf(aCluster({ workers: 5 }).running('v1.12.6', 'work-5'));
    const cut = batches(half, 3, offering('work-2', 'work-3', 'work-5'));
    expect(cut).toBe(`${controlPlanes} work-1 work-2+work-3+work-4 work-5`);
  });
});

describe('the plan', () => {
  test('says how many may go together, and takes less time', () => {
    const one = planOf(aCluster({ workers: 7 }).planInput());
    const three = planOf(
      aCluster({ workers: 7 })
        .upgrading({ workers: { canary: 1, batch: 3, undrained: 'halt' } })
        .planInput(),
    );
    expect([one.batch, three.batch]).toEqual([1, 3]);
    expect(three.estimate).toBeLessThan(one.estimate);
    expect(three.hash).not.toBe(one.hash);
  });
});
