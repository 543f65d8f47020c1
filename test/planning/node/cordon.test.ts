import { describe, expect, test } from '@jest/globals';
import { cordonOwner, cordonOwnerText } from '../../../src/planning/node/cordon.js';
import type { NodeObject } from '../../../src/planning/node/observation.js';
import { cordonedByRun, cordonedBySomebody, cordonedByTalos } from '../a-cluster.js';
import { aCluster } from '../a-cluster.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { answersOf, planOf, seenNode } from '../a-planned-node.js';

const well = aCluster();

/** With the annotation of a run, and the field managers of the cordon. */
const setBy = (...cordonSetBy: string[]): Partial<NodeObject> => ({
  ...cordonedByRun('run/prox-ops/7'),
  cordonSetBy,
});

describe('a cordon', () => {
  test.each([
    ['nobody', {}, 'somebody'],
    ['somebody', cordonedBySomebody, 'somebody'],
    ['talos', cordonedByTalos, 'Talos itself'],
    ['run', cordonedByRun('run/prox-ops/7'), 'run/prox-ops/7'],
    ['run', { ...cordonedByTalos, ...cordonedByRun('run/prox-ops/7') }, 'run/prox-ops/7'],
    ['run', setBy('slipway'), 'run/prox-ops/7'],
    ['run', setBy('kubectl', 'slipway'), 'run/prox-ops/7'],
    ['somebody', setBy('kubectl'), 'somebody'],
    ['talos', { ...cordonedByTalos, ...setBy('talos') }, 'Talos itself'],
  ])('is by %s', (by, change, words) => {
    const { object } = answersOf(seenNode(well.withObject('work-1', change), 'work-1'));
    expect(cordonOwner(object).by).toBe(by);
    expect(cordonOwnerText(cordonOwner(object))).toBe(words);
  });

  const again = well.withObject('work-1', setBy('kubectl'));
  test('that another user set after a run’s was removed stays: the worker is upgraded, and the annotation is removed', () => {
    const plan = planOf(again.planInput());
    const node = plan.hops[0]?.nodes.find(({ name }) => name === 'work-1');
    expect(node).toMatchObject({ keepCordon: true, adopts: 'run/prox-ops/7' });
    expect(plan.notes.join('\n')).toContain(
      'work-1 carries the marks of run/prox-ops/7: they are taken away; its cordon is newer than they are, and stays',
    );
  });

  test('that another user set on a control plane after a run’s was removed forbids the plan', () => {
    const planned = planUpgrade(well.withObject('ctrl-2', setBy('kubectl')).planInput());
    expect(planned).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'node-cordoned', node: 'ctrl-2', by: 'somebody' }],
    });
  });

  test('that another user removed is nobody’s, whatever annotation is left', () => {
    const lifted = well
      .withObject('work-1', cordonedByRun('run/prox-ops/7'))
      .withObject('work-1', { unschedulable: false });
    expect(cordonOwner(answersOf(seenNode(lifted, 'work-1')).object)).toEqual({ by: 'nobody' });
  });
});
