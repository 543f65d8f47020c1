import { describe, expect, test } from '@jest/globals';
import { decisionRefusal, type Standing } from '../../src/workflows/decision-refusals.js';

const node = 'k8s-work-2';
const verbs = ['retry', 'skip', 'rollback'] as const;
type Verb = (typeof verbs)[number];

/** The refusal of each standing; none: the decision is accepted. */
const refusals: readonly (readonly [string, Standing, Partial<Record<Verb, RegExp>>])[] = [
  ['halted the run', { kind: 'halted' }, {}],
  [
    'halted the run when its rollback failed',
    { kind: 'back-failed' },
    { skip: /^The rollback of k8s-work-2 failed: no other node is begun before it is whole\./ },
  ],
  [
    'has not begun',
    { kind: 'ahead' },
    {
      retry: /^k8s-work-2 has not halted: its turn has not come\.$/,
      rollback: /^k8s-work-2 has not halted: its turn has not come\.$/,
    },
  ],
  [
    'is under work',
    { kind: 'under-way' },
    {
      retry: /^k8s-work-2 has not halted: it is under work\.$/,
      rollback: /^k8s-work-2 has not halted: it is under work\.$/,
    },
  ],
  [
    'was decided about',
    { kind: 'decided', how: 'retry by Bob: again' },
    all(/already: retry by Bob: again\.$/),
  ],
  [
    'halted beside one that rolls back',
    { kind: 'blocked-by-rollback', other: 'k8s-work-1' },
    all(
      /^k8s-work-1 is rolling back, and the run ends after it: decide about k8s-work-2 should that fail\.$/,
    ),
  ],
  ['is done', { kind: 'done' }, all(/^k8s-work-2 is through/)],
  [
    'is of another run',
    { kind: 'unknown', known: ['k8s-ctrl-1', 'k8s-work-1'] },
    all(/^This run is not about k8s-work-2, only about k8s-ctrl-1 and k8s-work-1\.$/),
  ],
  [
    'is named before there is a plan',
    { kind: 'unknown', known: [] },
    all(/^The run has no plan yet: nothing can be decided about k8s-work-2\.$/),
  ],
  ['is of a run that ends', { kind: 'ending' }, all(/on its way to its end/)],
];

describe.each(verbs)('a %s', (verb) => {
  test.each(refusals)('of a node that %s', (_what, standing, said) => {
    expect(decisionRefusal(verb, standing, node) ?? 'taken').toMatch(said[verb] ?? /^taken$/);
  });
});

function all(said: RegExp): Record<Verb, RegExp> {
  return { retry: said, skip: said, rollback: said };
}
