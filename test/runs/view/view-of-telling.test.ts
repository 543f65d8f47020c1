import { describe as group, expect, test } from '@jest/globals';
import { boardText } from '../../../src/cli/board/board-text.js';
import { runStanding } from '../../../src/page/run-standing.js';
import { reportMarkdown } from '../../../src/planning/report/report-markdown.js';
import { reportOfView } from '../../../src/runs/view/report-of-view.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { tellingLines } from '../../../src/runs/view/telling-text.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { completed, factsOf, runStarted, scheduled, type EventAt } from './a-history.js';
import { after, aRunView, at } from './a-run-view.js';

const told = (receiver: string) => ({ receiver, outcome: 'told', attempts: 1 });
const failed = (receiver: string) => ({
  receiver,
  outcome: 'failed',
  attempts: 5,
  why: 'it answered 503',
  mayHaveArrived: true,
});
const failing = { times: 2, since: at(60), why: 'it answered 503', said: false };
const clock = { now: after(600), timeZone: 'UTC' };

/** Two messages: ntfy heard neither. */
const events: readonly EventAt[] = [
  runStarted,
  scheduled(10, 'tellPeople'),
  completed(60, 2, {
    kind: 'start',
    outcomes: [told('discord'), failed('ntfy')],
    board: [told('discord')],
    state: { receivers: {} },
  }),
  scheduled(100, 'tellPeople'),
  completed(160, 4, {
    kind: 'node-done',
    outcomes: [told('discord'), failed('ntfy')],
    state: { receivers: { discord: { board: '1' }, ntfy: { failing } } },
  }),
];
const view = (more: readonly EventAt[] = []): RunView =>
  viewOfRun('prox-ops', 42, { facts: factsOf(...events, ...more), pending: undefined }, new Map());

group('what people were told', () => {
  test('is counted for each receiver, the board too, and who hears nothing any more is named', () => {
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

  test('is no work of the run', () => {
    expect(view().work).toEqual([]);
  });

  test('that nobody could be told at all is kept, with why', () => {
    const lost = completed(220, 6, { outcomes: [], state: { receivers: {} }, nobody: 'no run is known' });
    const { telling } = view([scheduled(200, 'tellPeople'), lost]);
    expect(telling?.missed.at(-1)).toEqual({ at: at(220), why: 'no run is known' });
  });

  test('stands in the report: who heard it, and what did not get there', () => {
    const report = reportMarkdown(reportOfView(view(), clock.now));
    expect(report).toContain('## Who was told');
    expect(report).toContain('| discord | 3 | none | yes |');
    expect(report).toMatch(/\| ntfy \| 0 \| 2 \| no longer, since 2026-11-21 12:01 UTC: it answered 503 \|/);
    expect(report).toMatch(/\| node-done \| ntfy \| it answered 503; it may have arrived \|/);
  });

  test('is not in the report of a run that tells nobody', () => {
    expect(reportMarkdown(reportOfView(aRunView(), clock.now))).not.toContain('Who was told');
  });
});

group('a receiver that hears nothing any more', () => {
  const words = 'ntfy cannot be told anything since 12:01:00 (2 messages): it answered 503.';

  test('is one line of the board, of the report of an open run, and of the page', () => {
    const seen = view();
    expect(tellingLines(seen, clock)).toEqual([words]);
    expect(boardText(seen, clock.now, { width: 140, colour: false, timeZone: 'UTC' })).toContain(
      `! ${words}`,
    );
    expect(reportOfView(seen, clock.now).now).toContain(words);
    expect(runStanding(seen, clock).points).toContainEqual(
      expect.objectContaining({ about: 'messages', tone: 'fault', text: words }),
    );
  });

  test('stays there once the run is over, with what nobody was told', () => {
    const untold = { messages: 2, why: 'they could not be told within two minutes of the end of the run' };
    const { telling } = view();
    if (!telling) throw new Error('somebody was told');
    const ended = aRunView({ outcome: 'done', endedAt: at(500), telling: { ...telling, untold } });
    const text = boardText(ended, clock.now, { width: 140, colour: false, timeZone: 'UTC' });
    expect(text).toContain(`! ${words}`);
    expect(text).toContain('! nobody could be told 2 messages: they could not be told within two minutes');
  });
});
