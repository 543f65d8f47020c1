import { describe, expect, test } from '@jest/globals';
import { rollbackLines } from '../../../src/cli/commands/decide.js';

const chosen = { cluster: 'prox-ops', run: 42 };

describe('the answer to a rollback', () => {
  test('in place: the steps, and what happens to the run', () => {
    const lines = rollbackLines(chosen, {
      verdict: 'rolling-back',
      node: 'work-1',
      steps: ['cordon', 'roll-back', 'uncordon'],
    });
    expect(lines).toEqual([
      'work-1 is rolled back by run 42 of prox-ops: cordon, roll-back, uncordon. Then the run ends, and the cluster is held.',
      '  slipway watch prox-ops/42  # see it go',
    ]);
  });

  test('by replacement: its duration too', () => {
    const lines = rollbackLines(chosen, {
      verdict: 'rolling-back',
      node: 'work-1',
      steps: ['templates', 'replace-machine'],
      costs: { took: 660_000, notes: ['the machine of work-1 replaced with v1.12.1: usually 6m'] },
    });
    expect(lines.slice(1)).toEqual([
      'It takes some 11m:',
      '  - the machine of work-1 replaced with v1.12.1: usually 6m.',
      '  slipway watch prox-ops/42  # see it go',
    ]);
  });
});
