import { describe, expect, test } from '@jest/globals';
import type { PlannedNode } from '../../src/planning/plan/plan.js';
import type { NodeEnding } from '../../src/planning/report/run-result.js';
import { rollbackHopOf, valuesFor } from '../../src/workflows/rollback-hop.js';
import { planOf } from '../planning/a-planned-node.js';
import { aReplacingCluster, replacing } from '../planning/a-replacing-cluster.js';

const [hop] = planOf(replacing(aReplacingCluster({ workers: 9 }))).hops;
if (!hop) throw new Error('the plan has no hop');
const node = (name: string): PlannedNode => {
  const found = hop.nodes.find((one) => one.name === name);
  if (!found) throw new Error(`the plan has no ${name}`);
  return found;
};
const ended = (name: string, outcome: NodeEnding['outcome']): NodeEnding => ({
  node: name,
  outcome,
  state: 'on-target',
  from: 'v1.12.1',
  to: hop.to,
  attempt: 1,
  startedAt: '',
  endedAt: '',
});

describe('what the rollback of a node is planned from', () => {
  test('is what its hop gave, and who is still to be made of the same template', () => {
    const planned = rollbackHopOf(hop, node('work-4'), [ended('work-1', 'done'), ended('work-4', 'halted')]);
    expect(planned).toEqual({
      values: hop.values,
      templates: hop.templates,
      ahead: hop.nodes.map((one) => one.name).filter((name) => name !== 'work-1' && name !== 'work-4'),
    });
  });

  test('is nothing more than the node, where it was upgraded in place', () => {
    const { replacement: _, ...inPlace } = node('work-4');
    expect(rollbackHopOf(hop, inPlace, [])).toEqual({});
  });
});

describe('what Terraform is given for a node', () => {
  test('are the values of its hop; the previous ones where it rolls back; none in place', () => {
    const { replacement, ...inPlace } = node('work-4');
    if (!replacement) throw new Error('it is not replaced');
    const rollbackValues = { values: { talos_version: '1.12.1' }, templates: [] };
    expect(valuesFor(node('work-4'), hop)).toEqual({ values: hop.values });
    expect(valuesFor({ ...inPlace, replacement: { ...replacement, rollbackValues } }, hop)).toEqual({
      values: rollbackValues.values,
    });
    expect(valuesFor(inPlace, hop)).toEqual({});
  });
});
