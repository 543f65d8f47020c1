import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { changeLine, runChanges, type Look } from '../../../src/runs/view/run-changes.js';
import type { ApprovalView, RunView } from '../../../src/runs/view/run-view.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { reportText } from '../../../src/cli/commands/report.js';
import { reportOfView } from '../../../src/runs/view/report-of-view.js';
import {
  answered,
  asked,
  completed,
  factsOf,
  runStarted,
  scheduled,
  type EventAt,
} from '../../runs/view/a-history.js';
import { aRunView, after, at } from '../../runs/view/a-run-view.js';

const dayMs = 86_400_000;
const hash = '3f2a8c91d0aa'.padEnd(64, '0');
const needs = [{ kind: 'strategy', why: '--strategy in-place was asked for' }] as const;
const { plan } = aRunView();
if (!plan) throw new Error('a run view has a plan');
const asking = { ...plan, hash, approvals: needs };

const timer = (seconds: number, timerId: string): EventAt => [
  seconds,
  { timerStartedEventAttributes: { timerId, startToFireTimeout: `${dayMs / 1000}s` } },
];
const timerOver = (seconds: number, timerId: string): EventAt => [
  seconds,
  { timerCanceledEventAttributes: { timerId } },
];

const seen = (...events: readonly EventAt[]): RunView =>
  viewOfRun(
    'prox-ops',
    42,
    { facts: factsOf(...waiting, ...events), pending: { activities: [], workflowTask: undefined } },
    new Map(),
  );
const waiting: readonly EventAt[] = [
  runStarted,
  scheduled(1, 'planUpgrade'),
  completed(3, 2, { verdict: 'planned', plan: asking }),
  timer(3, '1'),
];
const yes = { plan: hash, by: 'Ada', why: 'the fix is urgent', at: at(60) };
const approved: readonly EventAt[] = [
  asked(60, 'approve', { plan: '3f2a8c91', by: 'Ada', why: 'the fix is urgent' }),
  answered(60, 5, { verdict: 'approved', approval: yes }),
  timerOver(60, '1'),
];
const clock = { timeZone: 'UTC' };

group('a plan that waits for approval, in the record', () => {
  test('waits from the start of its timer until it fires; it is no pause', () => {
    const view = seen();
    expect(view.approval).toEqual({
      plan: hash,
      needs,
      since: at(3),
      until: at(3 + dayMs / 1000),
      endedAt: undefined,
      answer: undefined,
    });
    expect([view.pause, view.pauses]).toEqual([undefined, []]);
  });

  test('is approved with a name, a reason, a time and the whole hash', () => {
    const view = seen(...approved);
    expect(view.approval?.endedAt).toBe(at(60));
    expect(view.approval?.answer).toEqual({ kind: 'approve', ...yes });
    expect(view.decisions).toEqual([{ kind: 'approve', ...yes }]);
  });

  test('is approved once: a repeated approval is no decision', () => {
    const again: readonly EventAt[] = [
      asked(70, 'approve', { plan: hash, by: 'Bob', why: 'me too' }),
      answered(70, 8, { verdict: 'approved-already', approval: yes }),
    ];
    expect(seen(...approved, ...again).decisions).toHaveLength(1);
  });

  test('does not change a pause that was requested meanwhile, or its wait', () => {
    const paused: readonly EventAt[] = [
      asked(50, 'pause', { by: 'Bob', why: 'the backup' }),
      answered(50, 5, { verdict: 'pausing', limit: dayMs }),
      asked(60, 'approve', { plan: hash, by: 'Ada', why: 'urgent' }),
      answered(60, 7, { verdict: 'approved', approval: yes }),
      timerOver(60, '1'),
      timer(62, '2'),
    ];
    const view = seen(...paused);
    expect(view.pause).toMatchObject({ by: 'Bob', waiting: { since: at(62) } });
    expect(view.pauses.map(({ since }) => since)).toEqual([at(62)]);
    expect(view.approval?.since).toBe(at(3));
  });
});

const open: ApprovalView = {
  plan: hash,
  needs,
  since: at(3),
  until: at(3 + dayMs / 1000),
  endedAt: undefined,
  answer: undefined,
};
const said: ApprovalView = { ...open, endedAt: at(60), answer: { kind: 'approve', ...yes } };

const shown = (over: Partial<RunView>, seconds: number): string =>
  progressView(aRunView({ plan: asking, ...over }), after(seconds), {
    width: 140,
    colour: false,
    ...clock,
  }).replaceAll(/\s+/g, ' ');

group('the progress view of a run that waits for approval', () => {
  test('says for which plan, why, until when, what then, and what to type, with no other reason', () => {
    const text = shown({ approval: open }, 63);
    expect(text).toContain('waits for an approval');
    expect(text).toContain(
      '‖ approval 1m00s Waits for somebody to approve plan 3f2a8c91d0aa: --strategy in-place was asked for. Nothing was touched.',
    );
    expect(text).toContain('If nobody does until 2026-11-22 12:00:03, it ends with no node touched.');
    expect(text).toContain(
      'slipway approve prox-ops/42 --plan 3f2a8c91d0aa --by "NAME" --reason "…" # let it begin',
    );
    expect(text).toContain('slipway reject prox-ops/42 --plan 3f2a8c91d0aa');
    expect(text).not.toContain('decides what comes next');
  });

  test('says that its time is over if no worker is there to end it', () => {
    expect(shown({ approval: { ...open, until: at(60) } }, 63)).toContain(
      'Its time was over at 12:01:00: as soon as a worker is there, it ends with no node touched.',
    );
  });

  test('says who approved it, and no longer waits', () => {
    const text = shown({ approval: said }, 70);
    expect(text).toContain('plan 3f2a8c91d0aa approved by Ada: the fix is urgent');
    expect(text).not.toContain('slipway approve');
  });

  test('asks nobody once it is aborted', () => {
    const abort = { by: 'Bob', why: 'no', at: at(10) };
    expect(shown({ approval: open, abort }, 70)).not.toContain('slipway approve');
  });
});

group('watching an approval in a pipe', () => {
  test('reports the wait, with what to type, and who approved, each once', () => {
    const look = (seconds: number, over: Partial<RunView>): Look => ({
      view: aRunView({ plan: asking, ...over }),
      clock: { now: after(seconds), ...clock },
    });
    const lines = (before: Look, now: Look): string[] =>
      runChanges(before, now).map((change) => changeLine(change, now.clock));
    const begin = look(2, {});
    const waits = look(4, { approval: open });
    const goes = look(61, { approval: said, decisions: [{ kind: 'approve', ...yes }] });
    expect(lines(begin, waits)).toEqual([
      expect.stringMatching(
        /^12:00:03 Waits for somebody to approve plan[^]*\n {2}slipway approve prox-ops\/42/,
      ),
    ]);
    expect(lines(waits, look(9, { approval: open }))).toEqual([]);
    expect(lines(waits, goes)).toEqual(['12:01:00 plan 3f2a8c91d0aa approved by Ada: the fix is urgent']);
  });
});

group('the report', () => {
  test('has who, why, when and the hash, and the waiting time', () => {
    const view = seen(...approved);
    const report = reportOfView(view, after(90));
    expect(report.decisions).toEqual([{ kind: 'approve', ...yes }]);
    expect(report.plan?.approvals).toEqual(needs);
    expect(report.figures.waits).toContainEqual({
      waitedFor: 'a person, to approve the plan',
      inAll: 57_000,
      longest: 57_000,
      node: null,
    });
    expect(reportText(view, after(90))).toContain(
      '| 2026-11-21 12:01 UTC | Ada | approve the plan | the fix is urgent (plan 3f2a8c91d0aa) |',
    );
  });

  test('of a waiting run says what for', () => {
    expect(reportOfView(seen(), after(63)).now).toContainEqual(
      expect.stringMatching(/^Waits for somebody to approve plan 3f2a8c91d0aa/),
    );
  });
});
