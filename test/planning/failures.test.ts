import { describe, expect, test } from '@jest/globals';
import { failures } from '../../src/planning/failures.js';
import { inPlaceSteps, steps } from '../../src/planning/node-steps.js';
import type { Reason } from '../../src/planning/reason.js';
import { everyReason } from './every-reason.js';

const kinds = Object.keys(everyReason) as Reason['kind'][];

describe('the failure table', () => {
  test('has a row for every reason, and no other', () => {
    expect(Object.keys(failures).toSorted()).toEqual(kinds.toSorted());
  });

  test.each([
    'back-on-old-version',
    'install-unanswered',
    'node-never-returned',
    'wrong-version',
    'wrong-schematic',
    'gave-up',
    'unexpected',
    'terminated',
  ] as const)('%s halts: nothing is undone that may be half done', (kind) =>
    expect(failures[kind].after).toBe('halt'),
  );

  test.each([
    'back-on-old-version',
    'install-refused',
    'install-unanswered',
    'drain-blocked',
    'cordon-lost',
    'budget-impossible',
  ] as const)('%s is not tried again by itself', (kind) => expect(failures[kind].retry).toBe(false));

  test('never tries again what is refused', () => {
    for (const kind of kinds) {
      const { after, retry } = failures[kind];
      expect(after === 'refuse' && retry).toBe(false);
    }
  });

  test('gives a reason for each row', () => {
    for (const kind of kinds) expect(failures[kind].note.length).toBeGreaterThan(8);
  });
});

describe('the steps', () => {
  test('send what may be sent once exactly once, and finish whatever comes from there on', () => {
    expect(inPlaceSteps.filter((name) => steps[name].repeat === 'once')).toEqual(['install']);
    const from = inPlaceSteps.indexOf('install');
    for (const name of inPlaceSteps.slice(0, from)) expect(steps[name].onCancel).toBe('undo');
    for (const name of inPlaceSteps.slice(from, -1)) expect(steps[name].onCancel).toBe('finish');
    expect([inPlaceSteps.at(-1), steps.soak.onCancel]).toEqual(['soak', 'undo']);
  });

  test('that are undone by a step are undone by one that exists', () => {
    for (const name of inPlaceSteps) {
      const { undo } = steps[name];
      expect(typeof undo === 'string' ? inPlaceSteps : [undo.none]).toContain(
        typeof undo === 'string' ? undo : undo.none,
      );
    }
    expect(steps.cordon.undo).toBe('uncordon');
  });
});
