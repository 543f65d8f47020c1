import { describe, expect, test } from '@jest/globals';
import { orderNodes } from '../../../src/planning/plan/node-order.js';
import type { PlannedNode } from '../../../src/planning/plan/plan.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster } from '../a-cluster.js';

const nodes = plannedNodes();
const all = nodes.map((node) => node.name);

describe('the order of nodes', () => {
  test.each([
    ['ctrl-2', 'last', 'control-planes-first', 'ctrl-1 ctrl-3 ctrl-2 work-1 work-2 work-3'],
    ['ctrl-3', 'last', 'control-planes-first', 'ctrl-1 ctrl-2 ctrl-3 work-1 work-2 work-3'],
    ['ctrl-1', 'in-order', 'control-planes-first', 'ctrl-1 ctrl-2 ctrl-3 work-1 work-2 work-3'],
    ['ctrl-1', 'last', 'workers-first', 'work-1 work-2 work-3 ctrl-2 ctrl-3 ctrl-1'],
    [undefined, 'last', 'control-planes-first', 'ctrl-1 ctrl-2 ctrl-3 work-1 work-2 work-3'],
    ['unknown-node', 'last', 'control-planes-first', 'ctrl-1 ctrl-2 ctrl-3 work-1 work-2 work-3'],
  ] as const)('with %s leading, leader %s, %s', (leader, policy, order, expected) => {
    expect(orderNodes(nodes, leader, policy, order).join(' ')).toBe(expected);
  });

  test('takes the canary before the other workers', () => {
    const changed = nodes.map((node) => ({ ...node, canary: node.name === 'work-3' }));
    expect(orderNodes(changed, 'ctrl-1', 'last', 'control-planes-first').slice(3)).toEqual([
      'work-3',
      'work-1',
      'work-2',
    ]);
  });

  test('takes a control plane an earlier run left cordoned before the others, leader or not', () => {
    const changed = nodes.map((node) =>
      node.name === 'ctrl-3' ? { ...node, adopts: 'run/prox-ops/4' } : node,
    );
    expect(orderNodes(changed, 'ctrl-3', 'last', 'control-planes-first').slice(0, 3)).toEqual([
      'ctrl-3',
      'ctrl-1',
      'ctrl-2',
    ]);
  });

  test('names every node once, whatever is asked', () => {
    for (const leader of [...all, undefined]) {
      for (const policy of ['last', 'in-order'] as const) {
        for (const order of ['control-planes-first', 'workers-first'] as const) {
          expect(orderNodes(nodes, leader, policy, order).toSorted()).toEqual(all.toSorted());
        }
      }
    }
  });
});

function plannedNodes(): readonly PlannedNode[] {
  const planned = planUpgrade(aCluster().planInput());
  if (planned.verdict !== 'planned') throw new Error('the small world has no plan');
  return planned.plan.hops[0]?.nodes ?? [];
}
