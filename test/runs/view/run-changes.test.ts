import { describe as group, expect, test } from '@jest/globals';
import { changeLine, runChanges, type Look } from '../../../src/runs/view/run-changes.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { aNode, aRunView, after, at, doneNode, runningNode } from './a-run-view.js';

const look = (seconds: number, over: Partial<RunView>): Look => ({
  view: aRunView(over),
  clock: { now: after(seconds), timeZone: 'UTC' },
});

const lines = (before: Look | undefined, now: Look): string[] =>
  runChanges(before, now).map((change) => changeLine(change, now.clock));

const waiting = { waitingFor: 'postgres/db-1 stays', since: at(60), until: at(360) };
const draining = runningNode('k8s-work-2', 50, 'drain', 60, { waiting, heardAt: at(61) });

group('the lines of a run', () => {
  test('report all earlier changes at the first observation, with the times of the record', () => {
    const plan = {
      name: 'plan',
      does: 'observes the cluster and makes the plan',
      since: at(1),
      endedAt: at(3),
      pending: undefined,
    };
    const seen = look(70, {
      work: [plan],
      nodes: [doneNode('k8s-work-1', 10, 48), runningNode('k8s-work-2', 50, 'drain', 60)],
    });
    expect(lines(undefined, seen)).toEqual([
      '12:00:00 run 42 of prox-ops: Talos v1.12.6, asked for by ada@bench',
      '12:00:01 plan: observes the cluster and makes the plan',
      '12:00:03 planned: Talos v1.12.1 → v1.12.6, 2 nodes, in place (patch: same minor), about 24 min',
      '12:00:10 k8s-work-1 starts: v1.12.1 → v1.12.6',
      '12:00:48 k8s-work-1 done after 0m38s (1 of 2 nodes done, less than a minute left)',
      '12:00:50 k8s-work-2 starts: v1.12.1 → v1.12.6',
      '12:01:00 k8s-work-2 drain',
    ]);
  });

  test('are none if nothing has changed', () => {
    const seen = look(70, { nodes: [draining] });
    expect(lines(seen, look(71, { nodes: [draining] }))).toEqual([]);
  });

  test('report a wait once it is long enough, and again only when its text changes', () => {
    const soon = look(61, { nodes: [draining] });
    const late = look(64, { nodes: [draining] });
    const other = look(66, {
      nodes: [
        runningNode('k8s-work-2', 50, 'drain', 60, {
          waiting: { ...waiting, waitingFor: 'postgres/db-2 stays' },
        }),
      ],
    });
    expect(
      lines(look(59, { nodes: [aNode('k8s-work-2')] }), soon).some((line) => line.includes('stays')),
    ).toBe(false);
    expect(lines(soon, late)).toEqual(['12:01:04 k8s-work-2 drain: postgres/db-1 stays. Until 12:06:00.']);
    expect(lines(late, look(65, { nodes: [draining] }))).toEqual([]);
    expect(lines(late, other)).toEqual(['12:01:06 k8s-work-2 drain: postgres/db-2 stays. Until 12:06:00.']);
  });

  test('report steps that started and ended between two observations', () => {
    const before = look(5, { nodes: [runningNode('k8s-work-2', 1, 'cordon', 2)] });
    const { steps } = runningNode('k8s-work-2', 1, 'cordon', 2);
    const record = (step: 'drain' | 'install', seconds: number) => ({
      step,
      startedAt: at(seconds),
      endedAt: at(seconds + 1),
      note: undefined,
      undo: false,
    });
    const done = {
      ...doneNode('k8s-work-2', 1, 9),
      steps: [...steps, record('drain', 3), record('install', 5)],
    };
    expect(lines(before, look(10, { nodes: [done] }))).toEqual([
      '12:00:03 k8s-work-2 drain',
      '12:00:05 k8s-work-2 install',
      '12:00:09 k8s-work-2 done after 0m08s (1 of 1 nodes done)',
    ]);
  });

  test('report that workers are gone, and that one is back', () => {
    const workers = { taskQueue: 'slipway', answering: false, lastSeen: at(10), startWith: 'npm start' };
    const gone = look(100, { workers });
    expect(lines(look(99, {}), gone)).toEqual([
      '12:01:40 No worker answers on task queue slipway since 12:00:10. The run waits where it is. Start one: npm start',
    ]);
    expect(lines(gone, look(101, { workers }))).toEqual([]);
    expect(lines(gone, look(120, {}))).toEqual(['12:02:00 a worker answers again']);
  });

  test('report once that no worker takes the workflow task', () => {
    const task = { taken: false, since: at(90), attempt: 1 };
    expect(lines(look(91, { workflowTask: task }), look(96, { workflowTask: task }))).toHaveLength(1);
    expect(lines(look(96, { workflowTask: task }), look(97, { workflowTask: task }))).toEqual([]);
  });

  test('end with the outcome, why, and what to type', () => {
    const reason = { kind: 'aborted', by: 'ada@bench: wrong image' } as const;
    const [change, ...others] = runChanges(
      look(9, {}),
      look(11, { outcome: 'aborted', reasons: [reason], endedAt: at(10) }),
    );
    expect(others).toEqual([]);
    expect(change).toMatchObject({ kind: 'run-ended', time: at(10) });
    expect(change?.text).toMatch(/^run 42 aborted: .*ada@bench: wrong image\.$/);
    expect(change?.advice?.some((line) => line.startsWith('slipway release prox-ops --why'))).toBe(true);
  });
});
