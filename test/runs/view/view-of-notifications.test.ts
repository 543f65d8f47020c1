import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { runStanding } from '../../../src/page/run-standing.js';
import { reportMarkdown } from '../../../src/planning/report/report-markdown.js';
import { reportOfView } from '../../../src/runs/view/report-of-view.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { notificationLines } from '../../../src/runs/view/notification-text.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { completed, factsOf, runStarted, scheduled, type EventAt } from './a-history.js';
import { after, aRunView, at } from './a-run-view.js';

const delivered = (receiver: string) => ({ receiver, outcome: 'delivered', attempts: 1 });
const failed = (receiver: string) => ({
  receiver,
  outcome: 'failed',
  attempts: 5,
  why: 'it answered 503',
  mayHaveArrived: true,
});
const failing = { times: 2, since: at(60), why: 'it answered 503', said: false };
const clock = { now: after(600), timeZone: 'UTC' };

/** Two messages: neither reached ntfy. */
const events: readonly EventAt[] = [
  runStarted,
  scheduled(10, 'sendNotification'),
  completed(60, 2, {
    kind: 'start',
    outcomes: [delivered('discord'), failed('ntfy')],
    board: [delivered('discord')],
    state: { receivers: {} },
  }),
  scheduled(100, 'sendNotification'),
  completed(160, 4, {
    kind: 'node-done',
    outcomes: [delivered('discord'), failed('ntfy')],
    state: { receivers: { discord: { board: '1' }, ntfy: { failing } } },
  }),
];
const view = (more: readonly EventAt[] = []): RunView =>
  viewOfRun('prox-ops', 42, { facts: factsOf(...events, ...more), pending: undefined }, new Map());

group('notifications', () => {
  test('are counted for each receiver, status messages too, and a failing receiver is named', () => {
    expect(view().telling).toMatchObject({
      receivers: [
        { receiver: 'discord', told: 3, failed: 0 },
        { receiver: 'ntfy', told: 0, failed: 2, failing: { times: 2, since: at(60) } },
      ],
      missed: [
        { at: at(60), kind: 'start', receiver: 'ntfy', why: 'it answered 503', mayHaveArrived: true },
        { at: at(160), kind: 'node-done', receiver: 'ntfy' },
      ],
    });
  });

  test('are no work of the run', () => {
    expect(view().work).toEqual([]);
  });

  test('that could not be delivered to anybody are kept, with why', () => {
    const lost = completed(220, 6, { outcomes: [], state: { receivers: {} }, nobody: 'no run is known' });
    const { telling } = view([scheduled(200, 'sendNotification'), lost]);
    expect(telling?.missed.at(-1)).toEqual({ at: at(220), why: 'no run is known' });
  });

  test('are in the report: delivered and undelivered', () => {
    const report = reportMarkdown(reportOfView(view(), clock.now));
    expect(report).toContain('## Notifications');
    expect(report).toContain('| discord | 3 | none | yes |');
    expect(report).toMatch(/\| ntfy \| 0 \| 2 \| no longer, since 2026-11-21 12:01 UTC: it answered 503 \|/);
    expect(report).toMatch(/\| node-done \| ntfy \| it answered 503; it may have arrived \|/);
  });

  test('are not in the report of a run without receivers', () => {
    expect(reportMarkdown(reportOfView(aRunView(), clock.now))).not.toContain('## Notifications');
  });
});

group('a failing receiver', () => {
  const words = 'ntfy cannot be notified (2 messages since 12:01:00): it answered 503.';

  test('is one line of the progress view, of the report of an open run, and of the page', () => {
    const seen = view();
    expect(notificationLines(seen, clock)).toEqual([words]);
    expect(progressView(seen, clock.now, { width: 140, colour: false, timeZone: 'UTC' })).toContain(
      `! ${words}`,
    );
    expect(reportOfView(seen, clock.now).now).toContain(words);
    expect(runStanding(seen, clock).points).toContainEqual(
      expect.objectContaining({ about: 'messages', tone: 'fault', text: words }),
    );
  });

  test('stays there after the run, with the undelivered messages', () => {
    const undelivered = {
      messages: 2,
      why: 'they could not be delivered within two minutes of the end of the run',
    };
    const { telling } = view();
    if (!telling) throw new Error('no notifications');
    const ended = aRunView({ outcome: 'done', endedAt: at(500), telling: { ...telling, undelivered } });
    const text = progressView(ended, clock.now, { width: 140, colour: false, timeZone: 'UTC' });
    expect(text).toContain(`! ${words}`);
    expect(text).toContain('! 2 messages undelivered: they could not be delivered within two minutes');
  });
});
