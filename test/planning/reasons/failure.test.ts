import { describe, expect, test } from '@jest/globals';
import { cannotBeEmptied, failureOf } from '../../../src/planning/reasons/failure.js';
import { allReasons } from '../../../src/planning/reasons/all-reasons.js';
import { stepOrders, type StepName, steps } from '../../../src/planning/steps/node-steps.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { everyReason } from './every-reason.js';

const kinds = Object.keys(everyReason) as Reason['kind'][];

describe('the failure table', () => {
  test('has a row for every reason, and no other', () => {
    expect(Object.keys(allReasons).toSorted()).toEqual(kinds.toSorted());
  });

  test.each([
    'back-on-old-version',
    'install-unanswered',
    'node-never-returned',
    'wrong-version',
    'wrong-schematic',
    'gave-up',
    'install-failed',
    'reboot-unanswered',
    'rollback-unanswered',
    'rollback-not-booted',
    'pause-expired',
    'unexpected',
    'terminated',
  ] as const)('%s halts: nothing is undone that may be half done', (kind) =>
    expect(allReasons[kind].failure.after).toBe('halt'),
  );

  test.each([
    'back-on-old-version',
    'install-refused',
    'install-unanswered',
    'install-failed',
    'reboot-unanswered',
    'rollback-unanswered',
    'rollback-not-booted',
    'drain-blocked',
    'cordon-lost',
    'budget-impossible',
  ] as const)('%s is not tried again automatically', (kind) =>
    expect(allReasons[kind].failure.retry).toBe(false),
  );

  test('answers for each kind its row, and for one of a newer release that of what is not known', () => {
    for (const kind of kinds) expect(failureOf({ kind })).toBe(allReasons[kind].failure);
    const ofTomorrow = { kind: 'of-tomorrow' } as unknown as Reason;
    expect(failureOf(ofTomorrow)).toBe(allReasons.unexpected.failure);
    expect(failureOf(ofTomorrow)).toMatchObject({ after: 'halt' });
    expect(cannotBeEmptied(ofTomorrow)).toBe(false);
  });

  test('never tries again what is refused', () => {
    for (const kind of kinds) {
      const { after, retry } = allReasons[kind].failure;
      expect(after === 'refuse' && retry).toBe(false);
    }
  });

  test('gives a reason for each row', () => {
    for (const kind of kinds) expect(allReasons[kind].failure.note.length).toBeGreaterThan(8);
  });
});

describe('the failure table of the lifecycle flow', () => {
  test.each(['schematic-unknown', 'extensions-would-go', 'armed-with-other'] as const)(
    '%s refuses before anything is touched',
    (kind) => expect(allReasons[kind].failure).toMatchObject({ after: 'refuse', retry: false }),
  );

  test('rolls back a node that was stopped because of another of its batch', () => {
    expect(allReasons['fleet-halted'].failure).toMatchObject({ after: 'undo-and-halt', retry: false });
  });
});

/** What each order sends at most once. */
const once = {
  legacy: ['install'],
  lifecycle: ['install', 'reboot'],
  armed: ['reboot'],
} as const;

describe.each(['legacy', 'lifecycle', 'armed'] as const)('the steps of the order %s', (name) => {
  const order: readonly StepName[] = stepOrders[name];

  test('send what may be sent once exactly once, and finish whatever comes from there on', () => {
    const sent: readonly StepName[] = once[name];
    expect(order.filter((step) => steps[step].repeat === 'once')).toEqual(sent);
    const from = order.indexOf(sent[0] ?? 'soak');
    for (const step of order.slice(0, from)) expect(steps[step].onCancel).toBe('undo');
    for (const step of order.slice(from, -1)) expect(steps[step].onCancel).toBe('finish');
    expect([order.at(-1), steps.soak.onCancel]).toEqual(['soak', 'undo']);
  });

  test('that are undone by a step are undone by one of them', () => {
    const undos = order.map((step) => steps[step].undo);
    const unknown = undos.filter((undo) =>
      typeof undo === 'string' ? !order.includes(undo) : undo.none.length < 6,
    );
    expect(unknown).toEqual([]);
    expect(steps.cordon.undo).toBe('uncordon');
  });
});

describe('a node that cannot be emptied', () => {
  const budget = everyReason['budget-impossible'];
  const waited = { kind: 'gave-up', waitedFor: 'the gates before work-1', limit: 1 } as const;

  test.each<[Reason, boolean]>([
    [everyReason['drain-blocked'], true],
    [everyReason['drain-failed'], true],
    [budget, true],
    [{ ...waited, reason: budget }, true],
    [{ ...waited, reason: everyReason['node-not-ready'] }, false],
    [{ ...waited, reason: undefined }, false],
    [everyReason['protected-pods'], false],
    [everyReason['kubernetes-unreachable'], false],
  ])('is known by why it was returned to service: %j', (reason, empties) =>
    expect(cannotBeEmptied(reason)).toBe(empties),
  );
});
