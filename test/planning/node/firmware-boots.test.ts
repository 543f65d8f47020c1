import { describe, expect, test } from '@jest/globals';
import { rebootModes } from '../../../src/planning/node/firmware-boots.js';
import type { PlannedNode } from '../../../src/planning/plan/plan.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const nodes = planOf(aCluster().planInput()).hops[0]?.nodes ?? [];
const byRole = (name: string): string => (name.startsWith('ctrl') ? 'control-plane' : 'worker');
const through = (modes: Record<string, string>): string[] =>
  Object.keys(modes).filter((name) => modes[name] === 'powercycle');

describe('the nodes that boot through their firmware ahead of the others', () => {
  test('are the first of each class in the order of the plan', () => {
    const order = nodes.map((node) => node.name);
    expect(through(rebootModes(order, nodes, byRole))).toEqual(['ctrl-1', 'work-1']);
  });

  test('follow the order of the run: the leader goes last, so another one is first', () => {
    const order = ['ctrl-2', 'ctrl-3', 'ctrl-1', 'work-1', 'work-2', 'work-3'];
    expect(through(rebootModes(order, nodes, byRole))).toEqual(['ctrl-2', 'work-1']);
  });

  test.each([
    ['none, where the inventory wants none', 'default', []],
    ['all, where it wants all', 'powercycle', nodes.map((node) => node.name)],
  ] as const)('are %s', (_name, rebootMode, expected) => {
    const alike = nodes.map((node): PlannedNode => ({ ...node, rebootMode }));
    const order = nodes.map((node) => node.name).toReversed();
    expect(through(rebootModes(order, alike, byRole)).toSorted()).toEqual([...expected].toSorted());
  });
});
