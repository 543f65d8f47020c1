import { describe, expect, test } from '@jest/globals';
import { approvalRefusal, samePerson, type ApprovalState } from '../../src/workflows/approval-refusals.js';

const plan = '3f2a8c91d0aa'.padEnd(64, '0');
const input = { plan: '3f2a8c91d0aa', by: 'Ada', why: 'the fix is urgent' };
const waiting: ApprovalState = { kind: 'waiting', plan, people: 1, yes: [] };
const approved: ApprovalState = {
  kind: 'approved',
  approval: { plan, by: 'Bob', why: 'tried it', at: '2026-11-21T14:32:00.000Z' },
};

describe('an answer to a plan', () => {
  test.each(['approve', 'reject'] as const)('to %s is taken while the plan waits for it', (verb) => {
    expect(approvalRefusal(verb, waiting, input)).toBeUndefined();
    expect(approvalRefusal(verb, waiting, { ...input, plan })).toBeUndefined();
    expect(approvalRefusal(verb, waiting, { ...input, plan: plan.slice(0, 8) })).toBeUndefined();
  });

  test.each<[string, ApprovalState, Partial<typeof input>, RegExp]>([
    ['to another plan', waiting, { plan: 'abcdef012345' }, /asks about plan 3f2a8c91d0aa, not abcdef012345/],
    ['to a hash that is too short', waiting, { plan: '3f2a8c9' }, /too short/],
    ['to an empty hash', waiting, { plan: '' }, /too short/],
    ['to a hash that is longer than one', waiting, { plan: `${plan}0` }, /asks about plan/],
    ['before there is a plan', { kind: 'planning' }, {}, /has no plan yet/],
    ['to a plan that needs none', { kind: 'not-needed' }, {}, /needs no approval/],
    ['to a run that ends', { kind: 'ending' }, {}, /on its way to its end/],
  ])('%s is refused, with a sentence', (_name, state, change, said) => {
    for (const verb of ['approve', 'reject'] as const)
      expect(approvalRefusal(verb, state, { ...input, ...change })).toMatch(said);
  });

  test('may be an approval again, by whomever, and no longer a rejection', () => {
    expect(approvalRefusal('approve', approved, input)).toBeUndefined();
    expect(approvalRefusal('approve', approved, { ...input, plan: 'abcdef012345' })).toMatch(/asks about/);
    expect(approvalRefusal('reject', approved, input)).toMatch(/^Bob approved the plan .* slipway abort/);
  });
});

describe('two people', () => {
  const ada = { plan, by: 'github:Ada', why: 'tried it', at: '2026-11-21T14:32:00.000Z' };
  const half: ApprovalState = { kind: 'waiting', plan, people: 2, yes: [ada] };

  test('are not one under two names, nor by signal', () => {
    expect(approvalRefusal('approve', half, { ...input, by: 'ada' })).toMatch(
      /^github:Ada approved at .* another person/,
    );
    expect(approvalRefusal('approve', half, { ...input, by: 'Bob' })).toBeUndefined();
    expect(approvalRefusal('approve', half, { ...input, by: 'Bob' }, true)).toMatch(
      /a signal proves nobody’s name/,
    );
    expect(approvalRefusal('reject', half, { ...input, by: 'Bob' }, true)).toBeUndefined();
    expect(approvalRefusal('reject', half, { ...input, by: 'ada' })).toBeUndefined();
    expect(approvalRefusal('approve', waiting, input, true)).toBeUndefined();
  });

  test.each([
    ['github:ada', 'Ada', true],
    ['token:ada', ' ADA ', true],
    ['Ada  Lovelace', 'ada lovelace', true],
    ['\uff41da', 'ada', true],
    ['ada', 'adam', false],
    ['github:ada', 'github:bob', false],
  ])('%j and %j: the same is %j', (one, other, same) => expect(samePerson(one, other)).toBe(same));
});
