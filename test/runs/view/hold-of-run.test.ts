import { describe, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { runStanding } from '../../../src/page/run-standing.js';
import type { Hold } from '../../../src/planning/report/run-result.js';
import { runReportMarkdown } from '../../../src/planning/report/run-report.js';
import { holdOfRun } from '../../../src/runs/view/hold-of-run.js';
import { runChanges } from '../../../src/runs/view/run-changes.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { storyOfRun } from '../../../src/runs/view/story-of-run.js';
import type { QueueMemo } from '../../../src/workflows/messages.js';
import { after, aNode, aRunView, at } from './a-run-view.js';

const hold = (run: number): Hold => ({ run, since: at(90), outcome: 'halted', reasons: [] });
const free: QueueMemo = { hold: null, open: null, lastRun: 42 };
const ada = { by: 'ada@bench', why: 'its disk was replaced', at: at(600) };
const released = { kind: 'released', ...ada } as const;
const lifted = { release: { run: 42, ...ada } };

describe('the hold of a run', () => {
  test.each<[string, RunView['outcome'], QueueMemo, RunView['hold']]>([
    ['stands while the queue has it', 'halted', { ...free, hold: hold(42) }, { kind: 'held' }],
    ['is released, with who, why and when', 'halted', { ...free, lifted }, released],
    ['is gone where a later run ended it', 'aborted', { ...free, lastRun: 43 }, { kind: 'lifted' }],
    [
      'is gone where a later run holds',
      'halted',
      { ...free, hold: hold(44), lastRun: 44 },
      { kind: 'lifted' },
    ],
    [
      'of another run was released, not this one',
      'terminated',
      { ...free, lastRun: 44, lifted: { release: { ...lifted.release, run: 44 } } },
      { kind: 'lifted' },
    ],
    ['is not known before the queue has seen its end', 'halted', { ...free, open: open(42) }, undefined],
    ['is not known to a queue that began again', 'halted', { ...free, lastRun: 0 }, undefined],
    ['was never there after a clean end', 'incomplete', { ...free, lifted }, undefined],
    ['was never there while it is open', undefined, free, undefined],
  ])('%s', (_, outcome, memo, expected) => {
    expect(holdOfRun(memo, 42, outcome)).toEqual(expected);
  });
});

describe('a halted run', () => {
  const reason = {
    kind: 'back-on-old-version',
    node: 'k8s-work-2',
    version: 'v1.12.1',
    wanted: 'v1.12.6',
  } as const;
  const halted = aRunView({
    outcome: 'halted',
    endedAt: at(90),
    reasons: [reason],
    nodes: [aNode('k8s-work-2', { state: 'halted', leftAs: 'back-on-old', reason, endedAt: at(90) })],
  });
  const clock = { now: after(900), timeZone: 'UTC' };
  const texts = (view: RunView): Readonly<Record<string, string>> => ({
    status: progressView(view, clock.now, { width: 160, colour: false }),
    report: runReportMarkdown(storyOfRun(view, clock)),
    page: JSON.stringify(runStanding(view, clock)),
    watch: JSON.stringify(runChanges(undefined, { view, clock })),
  });
  const who = 'ada@bench released the cluster on 2026-11-21 12:10 UTC: its disk was replaced.';
  const names = ['status', 'report', 'page', 'watch'] as const;

  test.each(names)('asks for a release in %s while it is held', (name) => {
    const text = texts({ ...halted, hold: { kind: 'held' } })[name];
    expect(text).toContain('slipway release prox-ops');
    expect(text).not.toContain('released the cluster');
  });

  test.each(names)('that somebody released says so in %s, and what is next', (name) => {
    const text = texts({ ...halted, hold: released })[name] ?? '';
    expect(text).toContain(who);
    expect(text).not.toMatch(/slipway release|after the release|is held/);
    expect(text).toMatch(/slipway upgrade {2}# installs again; gives up the rollback/);
  });

  test.each(['status', 'page', 'watch'])('that somebody released offers the next plan in %s', (name) => {
    const text = texts({ ...halted, hold: released })[name];
    expect(text).toContain('slipway plan  # what the next run would do');
  });

  test('has the release among what people decided, in its report', () => {
    expect(texts({ ...halted, hold: released })['report']).toContain(
      '| 2026-11-21 12:10 UTC | ada@bench | release the cluster | its disk was replaced |',
    );
  });

  test.each(names)('whose hold a later run ended asks for no release in %s', (name) => {
    const text = texts({ ...halted, hold: { kind: 'lifted' } })[name];
    expect(text).toContain('The cluster is no longer held by this run.');
    expect(text).not.toContain('slipway release');
  });
});

function open(run: number): NonNullable<QueueMemo['open']> {
  return { run, target: 'v1.12.6', since: at(0) };
}
