import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { runChanges } from '../../../src/runs/view/run-changes.js';
import { openWindowWait, windowText } from '../../../src/runs/view/window-text.js';
import { startNowLines } from '../../../src/cli/commands/start-now.js';
import type { PauseTime, RunView } from '../../../src/runs/view/run-view.js';
import { progressText } from '../../../src/runs/view/run-words.js';
import type { RunInput } from '../../../src/workflows/messages.js';
import { aNode, aRunView, after, at } from '../../runs/view/a-run-view.js';

const wait = { since: at(0), until: at(3 * 3600), endedAt: undefined };
const clock = { now: after(60), timeZone: 'UTC' };

group('a run that waits for its maintenance window', () => {
  test('says when it opens, as a duration and a clock time', () => {
    expect(windowText(aRunView({ windows: [wait] }), wait, clock)).toBe(
      'No maintenance window is open, so no node is begun; the next one opens 15:00:00, in about 2 h 59 min.',
    );
  });

  test('says that the window should be open if no worker has checked', () => {
    expect(windowText(aRunView({ windows: [wait] }), wait, { ...clock, now: after(3 * 3600 + 5) })).toContain(
      'one should be open since 15:00:00',
    );
  });

  const limited = (hours: number, windows: readonly PauseTime[], over: Partial<RunView> = {}): RunView =>
    // The text uses only this limit.
    aRunView({
      input: { inventory: { limits: { window: hours * 3_600_000 } } } as RunInput,
      windows,
      ...over,
    });

  test('says what happens to the run if none opens within its limit', () => {
    expect(windowText(limited(5, [wait]), wait, clock)).toMatch(
      /in about 2 h 59 min\. If none has opened by 17:00:00, it ends with no node touched\.$/,
    );
    const begun = [aNode('k8s-work-1', { state: 'done', attempt: 1 })];
    expect(windowText(limited(5, [wait], { nodes: begun }), wait, clock)).toMatch(
      /by 17:00:00, it ends and the cluster is held\.$/,
    );
  });

  test('counts the limit from the first window that did not open after all', () => {
    const first = { since: at(-3600), until: at(-5), endedAt: at(-5) };
    const earlier = { since: at(-90_000), until: at(-80_000), endedAt: at(-80_000) };
    expect(windowText(limited(5, [earlier, first, wait]), wait, clock)).toContain('by 16:00:00, it ends');
  });

  test('says that none opens if the wait ends at its limit', () => {
    expect(windowText(limited(3, [wait]), wait, clock)).toBe(
      'No maintenance window is open, so no node is begun, and none opens by 15:00:00; it ends with no node touched then.',
    );
  });

  test('has no estimate while it waits', () => {
    expect(progressText(aRunView({ windows: [wait] }), clock.now)).toBe(
      'waits for a maintenance window · 0 of 6 nodes done',
    );
  });

  test('shows the wait in the progress view, and the command that starts it anyway', () => {
    const shown = progressView(aRunView({ windows: [wait] }), clock.now, {
      width: 120,
      colour: false,
      timeZone: 'UTC',
    });
    expect(shown).toMatch(/‖ window +1m00s +No maintenance window is open/);
    expect(shown).toMatch(/^ +slipway start-now prox-ops\/\d+ --why "…" {2}# begin although it is closed/m);
    expect(shown).not.toContain('the run decides what comes next');
  });

  test('reports the wait once among its changes', () => {
    const before = { view: aRunView(), clock };
    const view = aRunView({ windows: [wait] });
    expect(runChanges(before, { view, clock })).toMatchObject([
      { kind: 'window', time: at(0), advice: [expect.stringMatching(/^slipway start-now prox-ops\/42 /)] },
    ]);
    expect(runChanges({ view, clock }, { view, clock })).toEqual([]);
  });

  test('no longer waits once it ends, is aborted, or the window is open', () => {
    expect(openWindowWait(aRunView({ windows: [wait] }))).toBe(wait);
    expect(openWindowWait(aRunView({ windows: [{ ...wait, endedAt: at(10) }] }))).toBeUndefined();
    expect(openWindowWait(aRunView({ windows: [wait], outcome: 'refused' }))).toBeUndefined();
    const abort = { by: 'ada', why: 'no', at: at(5) };
    expect(openWindowWait(aRunView({ windows: [wait], abort }))).toBeUndefined();
  });
});

group('a start outside the window', () => {
  const chosen = { cluster: 'prox-ops', run: 7 };
  test.each([
    ['starts', /waits for no maintenance window any more, to its end/],
    ['starts-already', /somebody said so before/],
    ['no-windows', /has no maintenance windows/],
    ['ending-already', /no further node is begun/],
  ] as const)('that %s is reported', (verdict, says) => {
    expect(startNowLines(chosen, { verdict })[0]).toMatch(says);
  });
});
