import { describe, expect, test } from '@jest/globals';
import { decisionRefusal, type Standing } from '../../src/workflows/decision-refusals.js';

const input = { node: 'k8s-work-2', by: 'Ada', why: 'its switch port is up again' };
const halted: Standing = { kind: 'halted' };

describe('a decision about a node', () => {
  test.each(['retry', 'skip'] as const)('to %s it is taken where it halted the run', (verb) =>
    expect(decisionRefusal(verb, halted, input)).toBeUndefined(),
  );

  test.each(['ahead', 'under-way'] as const)('that is %s may be to leave it out, and no other', (kind) => {
    expect(decisionRefusal('skip', { kind }, input)).toBeUndefined();
    expect(decisionRefusal('retry', { kind }, input)).toMatch(/^k8s-work-2 has not halted: it/);
  });

  test.each<[string, Standing, Partial<typeof input>, RegExp]>([
    ['without a name', halted, { by: ' ' }, /needs the name/],
    ['without a reason', halted, { why: '' }, /needs a reason/],
    [
      'about a node of another run',
      { kind: 'unknown', known: ['k8s-ctrl-1', 'k8s-work-1'] },
      {},
      /^This run is not about k8s-work-2, only about k8s-ctrl-1 and k8s-work-1\.$/,
    ],
    ['a second time', { kind: 'decided', how: 'retry by Bob: again' }, {}, /already: retry by Bob: again\.$/],
    ['about a node that is done', { kind: 'done' }, {}, /is through/],
    ['to a run that ends', { kind: 'ending' }, {}, /on its way to its end/],
  ])('%s is refused, with a sentence', (_name, standing, change, said) => {
    for (const verb of ['retry', 'skip'] as const)
      expect(decisionRefusal(verb, standing, { ...input, ...change })).toMatch(said);
  });
});
