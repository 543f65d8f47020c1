import { describe, expect, test } from '@jest/globals';
import { cordonOwner, cordonOwnerText } from '../../src/planning/cordon.js';
import { cordonedByRun, cordonedBySomebody, cordonedByTalos } from './a-cluster.js';
import { aCluster } from './a-cluster.js';
import { answersOf, seenNode } from './a-planned-node.js';

const well = aCluster();

describe('a cordon', () => {
  test.each([
    ['nobody', {}, 'somebody'],
    ['somebody', cordonedBySomebody, 'somebody'],
    ['talos', cordonedByTalos, 'Talos itself'],
    ['run', cordonedByRun('run/prox-ops/7'), 'run/prox-ops/7'],
    ['run', { ...cordonedByTalos, ...cordonedByRun('run/prox-ops/7') }, 'run/prox-ops/7'],
  ])('is by %s', (by, change, words) => {
    const { object } = answersOf(seenNode(well.withObject('work-1', change), 'work-1'));
    expect(cordonOwner(object).by).toBe(by);
    expect(cordonOwnerText(cordonOwner(object))).toBe(words);
  });

  test('that was lifted by hand is nobody’s, whatever mark is left', () => {
    const lifted = well
      .withObject('work-1', cordonedByRun('run/prox-ops/7'))
      .withObject('work-1', { unschedulable: false });
    expect(cordonOwner(answersOf(seenNode(lifted, 'work-1')).object)).toEqual({ by: 'nobody' });
  });
});
