import { describe, expect, test } from '@jest/globals';
import {
  actAt,
  describePoint,
  isAt,
  stepOfPassing,
  type InterruptionPoint,
} from '../../../lab/interruptions/interruption.js';

const passing = (workflowId: string, activity: string) =>
  ({ kind: 'given', workflowId, activity, attempt: 1 }) as const;

describe('what passes', () => {
  test('is about a step of a node', () => {
    expect(stepOfPassing(passing('run/prox-ops/12/1/k8s-work-1/2', 'drainNode'))).toEqual({
      run: 12,
      node: 'k8s-work-1',
      attempt: 2,
      step: 'drain',
    });
  });

  test.each([
    ['the run itself', passing('run/prox-ops/12', 'planUpgrade')],
    ['the run itself, by the name of a step', passing('run/prox-ops/12', 'drainNode')],
    ['an activity that is no step', passing('run/prox-ops/12/1/k8s-work-1/1', 'planUpgrade')],
  ])('is about no step: %s', (_what, other) => {
    expect(stepOfPassing(other)).toBeUndefined();
  });
});

describe('a point', () => {
  const point: InterruptionPoint = { node: 'k8s-work-1', step: 'drain', what: 'killed after' };
  const at = { run: 12, node: 'k8s-work-1', step: 'drain', attempt: 2 } as const;

  test.each([
    ['whichever attempt comes first', point, true],
    ['that attempt', { ...point, attempt: 2 }, true],
    ['no other attempt', { ...point, attempt: 1 }, false],
    ['no other step', { ...point, step: 'cordon' }, false],
    ['no other node', { ...point, node: 'k8s-work-2' }, false],
  ] as const)('is at %s', (_what, one, is) => {
    expect(isAt(one, at)).toBe(is);
  });

  test('is said in words', () => {
    expect(describePoint({ ...point, attempt: 2 })).toBe('killed after drain of k8s-work-1 (attempt 2)');
  });
});

describe('what is done', () => {
  const at = (what: InterruptionPoint['what'], step: InterruptionPoint['step']) =>
    (['given', 'heartbeat', 'answered'] as const).map((kind) =>
      actAt({ node: 'k8s-work-1', step, what }, kind),
    );

  test.each([
    ['killed before', 'install', ['kill', 'nothing', 'nothing']],
    ['killed during', 'install', ['kill at change', 'nothing', 'kill']],
    ['killed during', 'await-boot', ['nothing', 'kill', 'kill']],
    ['killed after', 'install', ['nothing', 'nothing', 'kill']],
    ['twice', 'install', ['nothing', 'nothing', 'lose the answer']],
    ['hung', 'install', ['hang at change', 'nothing', 'nothing']],
    ['hung', 'soak', ['nothing', 'hang', 'nothing']],
    ['fails', 'install', ['nothing', 'nothing', 'fail it']],
    ['aborted', 'install', ['abort', 'nothing', 'nothing']],
  ] as const)('%s %s: given, at its heartbeat, answered', (what, step, acts) => {
    expect(at(what, step)).toEqual(acts);
  });
});
