import { describe, expect, test } from '@jest/globals';
import { decidedMessage } from '../../../src/planning/messages/facts.js';
import { noticeOf } from '../../../src/planning/messages/notice.js';
import {
  approvalWait,
  decisionWait,
  pauseWait,
  reminderMessage,
  untilReminder,
  waitingMessage,
  windowWait,
} from '../../../src/planning/messages/waits.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const hour = 3_600_000;
const where = { cluster: 'prox-ops', run: 42 };
const about = { ...where, at: '2026-11-21T18:00:00.000Z' };
const times = { since: '2026-11-21T14:00:00.000Z', until: '2026-11-22T14:00:00.000Z' };
const plan = {
  ...planOf(aCluster().planInput()),
  approvals: [{ kind: 'delta', why: 'upgrade.approve names patch' }],
} as const;

describe('reminders', () => {
  test('come after four hours, then twice as long after each, and every day at last', () => {
    const pauses = [0, 1, 2, 3, 4, 500].map((sent) => untilReminder(4 * hour, sent));
    expect(pauses).toEqual([4, 8, 16, 24, 24, 24].map((hours) => hours * hour));
  });

  test('come no more often than slipway.yaml wants the first', () => {
    expect([0, 1, 7].map((sent) => untilReminder(48 * hour, sent))).toEqual(
      [48, 48, 48].map((h) => h * hour),
    );
  });

  test('do not come where slipway.yaml says never', () => {
    expect(untilReminder(0, 0)).toBeUndefined();
  });

  test('say since when, until when, for what, and what to type', () => {
    const notice = noticeOf(reminderMessage(decisionWait([{ node: 'work-2' }], where, times), about));
    expect(notice.title).toContain('prox-ops: run 42 waits still, for 4h: somebody decides about work-2');
    expect(notice.lines.join('\n')).toMatch(
      /Since 2026-11-21 14:00 UTC\.\nIt gives up at 2026-11-22 14:00 UTC/,
    );
    expect(notice.commands[0]).toMatch(/^slipway retry work-2 prox-ops\/42 --why "…" {2}# /);
  });
});

describe('a wait', () => {
  test.each([
    [
      'for an approval',
      approvalWait(plan, where, times),
      /approval of plan [0-9a-f]{12} \(upgrade/,
      /^slipway approve prox-ops\/42 --plan /,
    ],
    [
      'in a pause',
      pauseWait('Ada: lunch', where, times),
      /paused by Ada: lunch/,
      /^slipway resume prox-ops\/42 --why/,
    ],
    [
      'for a decision',
      decisionWait([{ node: 'a' }, { node: 'b' }], where, times),
      /about a and b$/,
      /^slipway retry a prox-ops\/42/,
    ],
    [
      'for a window',
      windowWait('2026-11-23T02:00:00.000Z', where, times),
      /no maintenance window is open, the next one opens at 2026-11-23 02:00 UTC/,
      /^slipway start-now prox-ops\/42 --why/,
    ],
    [
      'for a window without a known opening',
      windowWait(undefined, where, times),
      /none is known to open/,
      /^slipway start-now/,
    ],
  ] as const)('%s says what for, and what to type', (_what, wait, words, command) => {
    const { title, commands } = noticeOf(waitingMessage(wait, about));
    expect(title).toMatch(words);
    expect(commands[0]).toMatch(command);
  });

  test('stays small, however long a comment is', () => {
    const long = 'x'.repeat(50_000);
    const waits = [
      pauseWait(long, where, times),
      approvalWait({ ...plan, approvals: [{ kind: 'delta', why: long }] }, where, times),
    ];
    for (const wait of waits) expect(JSON.stringify(wait).length).toBeLessThan(1_000);
    const said = decidedMessage({ kind: 'pause', by: long, why: long }, about);
    expect(JSON.stringify(said).length).toBeLessThan(1_000);
  });
});

describe('a decision', () => {
  test.each([
    ['approve', /Ada approved the plan$/],
    ['reject', /Ada rejected the plan: nothing is touched$/],
    ['pause', /Ada asked for a pause$/],
    ['resume', /Ada had it go on$/],
    ['retry', /Ada has it retry with work-2$/],
    ['skip', /Ada has it go on without work-2$/],
    ['rollback', /Ada has it roll back work-2$/],
    ['start-now', /Ada has it begin although the maintenance window is closed$/],
    ['abort', /Ada aborted it$/],
  ] as const)('to %s names who made it, about what, and why', (kind, words) => {
    const ofNode = kind === 'retry' || kind === 'skip' || kind === 'rollback';
    const decision = { kind, by: 'Ada', why: 'the disk', ...(ofNode ? { node: 'work-2' } : {}) };
    const { title, lines } = noticeOf(decidedMessage(decision, about));
    expect(title).toMatch(words);
    expect(lines).toEqual(['Why: the disk']);
  });
});
