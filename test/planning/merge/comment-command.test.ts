import { describe, expect, test } from '@jest/globals';
import {
  nothingWaits,
  taken,
  whatToType,
  type RunOfPull,
} from '../../../src/planning/merge/comment-answers.js';
import { commentCommand } from '../../../src/planning/merge/comment-command.js';

const plan = '3f2a8c91d0aa'.padEnd(64, '0');
const needs = [{ kind: 'delta', why: 'upgrade.approve of slipway.yaml names minor' }] as const;
const waiting: RunOfPull = { cluster: 'prox-ops', run: 42, waits: { plan, needs } };

describe('a comment', () => {
  test.each([
    ['/slipway approve 3f2a8c91d0aa the fix is urgent', 'approve', '3f2a8c91d0aa', 'the fix is urgent'],
    ['  /slipway   reject\t3f2a8c91 not  this week\nsee chat', 'reject', '3f2a8c91', 'not this week'],
    ['/slipway approve `3f2a8c91d0aa` looked at it', 'approve', '3f2a8c91d0aa', 'looked at it'],
    [`/slipway approve ${plan}`, 'approve', plan, ''],
    ['/slipway approve looks good', 'approve', undefined, 'looks good'],
    ['/slipway approve 3f2a8c9 too short for a hash', 'approve', undefined, '3f2a8c9 too short for a hash'],
    ['/slipway approve', 'approve', undefined, ''],
  ] as const)('%j is an answer', (body, verb, hash, why) => {
    expect(commentCommand(body)).toEqual({ kind: 'answer', verb, ...(hash ? { plan: hash } : {}), why });
  });

  test.each(['/slipway', '/slipway Approve 3f2a8c91 x', '/slipway\napprove 3f2a8c91 x', '/slipway abort'])(
    '%j is none',
    (body) => expect(commentCommand(body)).toEqual({ kind: 'unknown' }),
  );
});

describe('what is replied', () => {
  test('has the line to type, for each plan that waits, and it is one that is understood', () => {
    const other = { ...waiting, cluster: 'atlas', waits: { plan: 'ab'.repeat(32), needs, approvers: 2 } };
    const text = whatToType(
      [waiting, other, { cluster: 'idle', run: 1 }],
      'An answer names its plan',
      'reject',
    );
    const lines = text.split('\n').filter((line) => line.includes('/slipway'));
    expect(lines.map((line) => commentCommand(line))).toEqual([
      { kind: 'answer', verb: 'reject', plan: '3f2a8c91d0aa', why: 'REASON' },
      { kind: 'answer', verb: 'reject', plan: 'abababababab', why: 'REASON' },
    ]);
    expect(text).toMatch(/^\*\*Nothing was counted\.\*\* An answer names its plan\.\n/);
    expect(text).toContain('names minor. Two different people must approve');
    expect(text).not.toContain('idle');
  });

  test('says so where nothing waits', () => {
    expect(nothingWaits([])).toContain('no open run came from this pull request');
    expect(nothingWaits([{ cluster: 'prox-ops', run: 42 }])).toContain('run 42 of prox-ops is open, and');
  });

  test('escapes Markdown and mentions of other authors', () => {
    const said = { plan, by: '<img src=x> [x](y)', at: '2026-11-23T12:00:00.000Z' };
    expect(taken(waiting, 'approved', said)).toContain('\\<img src=x\\> \\[x\\](y)');
    expect(taken(waiting, 'approved-by-one', said)).toContain('waits for the approval of another person');
  });
});
