import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { historyFacts } from '../../../src/runs/view/history-facts.js';
import { changeLine, runChanges, type Look } from '../../../src/runs/view/run-changes.js';
import type { PauseView, RunView } from '../../../src/runs/view/run-view.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import {
  answered,
  asked,
  completed,
  factsOf,
  payloads,
  recordedHistory,
  runStarted,
  scheduled,
  type EventAt,
} from '../../runs/view/a-history.js';
import { aNode, aRunView, after, at, doneNode, runningNode } from '../../runs/view/a-run-view.js';

const nothingPending = { activities: [], workflowTask: undefined };
const dayMs = 86_400_000;

const seen = (...events: readonly EventAt[]): RunView =>
  viewOfRun('prox-ops', 42, { facts: factsOf(runStarted, ...events), pending: nothingPending }, new Map());

const timer = (seconds: number): EventAt => [
  seconds,
  { timerStartedEventAttributes: { timerId: '1', startToFireTimeout: `${dayMs / 1000}s` } },
];
const timerOver: Readonly<Record<string, unknown>> = { timerCanceledEventAttributes: { timerId: '1' } };

const pausing = { verdict: 'pausing', limit: dayMs };
const paused = [
  asked(60, 'pause', { by: 'ada@bench', why: 'the backup runs' }),
  answered(60, 2, pausing),
] as const;

group('a pause in the record', () => {
  test('is requested before it takes effect', () => {
    expect(seen(...paused).pause).toEqual({
      by: 'ada@bench',
      why: 'the backup runs',
      at: at(60),
      limit: dayMs,
      waiting: undefined,
    });
  });

  test('lasts from the start of its timer until it fires', () => {
    const view = seen(...paused, timer(90));
    expect(view.pause?.waiting).toEqual({ since: at(90), until: at(90 + dayMs / 1000), endedAt: undefined });
  });

  test('ends with a resume, and stays in the decisions and in the waiting time', () => {
    const view = seen(
      ...paused,
      timer(90),
      asked(120, 'resume', { by: 'bob@bench', why: 'it is through' }),
      answered(120, 5, { verdict: 'resumed' }),
      [120, timerOver],
    );
    expect(view.pause).toBeUndefined();
    expect(view.pauses).toEqual([{ since: at(90), until: at(90 + dayMs / 1000), endedAt: at(120) }]);
    expect(view.decisions).toEqual([
      { kind: 'pause', by: 'ada@bench', why: 'the backup runs', at: at(60) },
      { kind: 'resume', by: 'bob@bench', why: 'it is through', at: at(120) },
    ]);
  });

  test.each(['paused-already', 'ending-already'])('that was answered %s changes nothing', (verdict) => {
    const view = seen(
      ...paused,
      asked(70, 'pause', { by: 'eve@bench', why: 'me too' }),
      answered(70, 4, { verdict, limit: 1 }),
    );
    expect(view.pause?.by).toBe('ada@bench');
    expect(view.decisions).toHaveLength(1);
  });

  test('ends with an abort or a cancel, and the cancel is a decision', () => {
    const aborted = seen(
      ...paused,
      timer(90),
      asked(100, 'abort', { by: 'ada', why: 'enough' }),
      answered(100, 5, { verdict: 'aborting' }),
    );
    expect(aborted.pause).toBeUndefined();
    const cancelled = seen(...paused, [
      100,
      { workflowExecutionCancelRequestedEventAttributes: { cause: 'ada: stop' } },
    ]);
    expect(cancelled.pause).toBeUndefined();
    expect(cancelled.decisions.at(-1)).toEqual({
      kind: 'abort',
      by: 'a cancel',
      why: 'ada: stop',
      at: at(100),
    });
  });

  test('ends with its run, and stays a decision', () => {
    const result = { outcome: 'done', reasons: [], notDone: [] };
    const view = seen(...paused, [
      99,
      { workflowExecutionCompletedEventAttributes: { result: payloads(result) } },
    ]);
    expect(view.pause).toBeUndefined();
    expect(view.decisions).toEqual([{ kind: 'pause', by: 'ada@bench', why: 'the backup runs', at: at(60) }]);
  });

  test('is absent from the history of a run that nobody paused', () => {
    const facts = historyFacts(recordedHistory('run-aborted'));
    const view = viewOfRun('prox-ops', 1, { facts, pending: undefined }, new Map());
    expect([view.pause, view.pauses]).toEqual([undefined, []]);
    expect(view.decisions).toMatchObject([{ kind: 'abort', why: 'to record it' }]);
  });
});

const pause: PauseView = {
  by: 'ada@bench',
  why: 'the backup runs',
  at: at(60),
  limit: dayMs,
  waiting: undefined,
};
const standing = { since: at(90), until: at(90 + dayMs / 1000), endedAt: undefined };

const shown = (over: Partial<RunView>, seconds: number): string =>
  progressView(aRunView(over), after(seconds), { width: 140, colour: false, timeZone: 'UTC' }).replaceAll(
    /\s+/g,
    ' ',
  );

group('the progress view of a paused run', () => {
  const nodes = [doneNode('k8s-work-1', 10, 80), aNode('k8s-work-2'), aNode('k8s-work-3')];

  test('says since when, by whom, why, until when at most, and what to type, with no other reason', () => {
    const text = shown({ nodes, pause: { ...pause, waiting: standing }, pauses: [standing] }, 150);
    expect(text).toContain('paused · 1 of 3 nodes done');
    expect(text).toContain('‖ paused 1m00s Paused since 12:01:30 by ada@bench: the backup runs.');
    expect(text).toContain('if nobody does until 2026-11-22 12:01:30, it ends and the cluster is held.');
    expect(text).toContain('slipway resume prox-ops/42 --why "…" # continues with k8s-work-2');
    expect(text).not.toContain('decides what comes next');
  });

  test('before the first node ends with no node touched', () => {
    const waiting = [aNode('k8s-work-1'), aNode('k8s-work-2')];
    expect(
      shown({ nodes: waiting, pause: { ...pause, waiting: standing }, pauses: [standing] }, 150),
    ).toContain('if nobody does until 2026-11-22 12:01:30, it ends with no node touched.');
  });

  test('says that its time is over if no worker is there to end it', () => {
    const over = { ...standing, until: at(100) };
    expect(shown({ nodes, pause: { ...pause, waiting: over }, pauses: [over] }, 150)).toContain(
      'Its time was over at 12:01:40: as soon as a worker is there, it ends and the cluster is held.',
    );
  });

  test.each<[string, Partial<RunView>, string]>([
    [
      'the nodes under way',
      {
        nodes: [
          runningNode('k8s-work-2', 50, 'drain', 55),
          runningNode('k8s-work-3', 50, 'cordon', 58),
          aNode('k8s-work-4'),
        ],
      },
      'k8s-work-2 and k8s-work-3 are finished first; then the run waits for slipway resume, 24h at most.',
    ],
    [
      'that nothing is left to pause for',
      { nodes: [runningNode('k8s-work-2', 50, 'drain', 55)] },
      'k8s-work-2 is finished first, and no node is left after that: the run ends.',
    ],
    [
      'the node the run has prepared for',
      {
        nodes,
        work: [
          {
            name: 'snapshot',
            does: 'takes an etcd snapshot',
            since: at(58),
            endedAt: undefined,
            pending: undefined,
          },
        ],
      },
      'k8s-work-2, next in line, may still be done first; then the run waits',
    ],
    [
      'that no node is begun',
      { nodes },
      'No further node is begun; then the run waits for slipway resume, 24h at most.',
    ],
  ])('says before the pause takes effect %s', (_name, over, expected) => {
    const text = shown({ ...over, pause }, 70);
    expect(text).toContain('‖ Pause asked for at 12:01:00 by ada@bench: the backup runs.');
    expect(text).toContain(expected);
  });
});

group('watching a pause in a pipe', () => {
  const look = (seconds: number, over: Partial<RunView>): Look => ({
    view: aRunView({ nodes: [doneNode('k8s-work-1', 10, 80), aNode('k8s-work-2')], ...over }),
    clock: { now: after(seconds), timeZone: 'UTC' },
  });
  const lines = (before: Look, now: Look): string[] =>
    runChanges(before, now).map((change) => changeLine(change, now.clock));
  const decision = { kind: 'pause', by: 'ada@bench', why: 'the backup runs', at: at(60) } as const;
  const resumed = { kind: 'resume', by: 'bob@bench', why: 'it is through', at: at(120) } as const;

  test('reports the request, the pause with what to type, and the resume, each once', () => {
    const begin = look(59, {});
    const wanted = look(61, { pause, decisions: [decision] });
    const still = look(91, {
      pause: { ...pause, waiting: standing },
      pauses: [standing],
      decisions: [decision],
    });
    const on = look(121, { pauses: [{ ...standing, endedAt: at(120) }], decisions: [decision, resumed] });
    expect(lines(begin, wanted)).toEqual(['12:01:00 pause asked for by ada@bench: the backup runs']);
    expect(lines(wanted, still)).toEqual([
      '12:01:30 paused: no node is under way. If nobody resumes it until 2026-11-22 12:01:30, it ends and the cluster is held.\n' +
        '  slipway resume prox-ops/42 --why "…"  # continues with k8s-work-2',
    ]);
    expect(lines(still, { ...still, clock: { now: after(95), timeZone: 'UTC' } })).toEqual([]);
    expect(lines(still, on)).toEqual(['12:02:00 resumed by bob@bench: it is through']);
  });
});

group('a run that was really paused', () => {
  const events = recordedHistory('run-lifecycle-batches-paused').events ?? [];
  const until = (type: 'timerStartedEventAttributes' | 'timerCanceledEventAttributes'): RunView => {
    const cut = events.findIndex((event) => Boolean(event[type]));
    const facts = historyFacts(recordedHistory('run-lifecycle-batches-paused', cut));
    return viewOfRun('prox-ops', 1, { facts, pending: nothingPending }, new Map());
  };

  test('finishes its node after the request, then pauses, then continues with two nodes in parallel', () => {
    const asking = until('timerStartedEventAttributes');
    expect(asking.pause).toMatchObject({ why: 'to record it', limit: dayMs, waiting: undefined });
    const still = until('timerCanceledEventAttributes');
    expect(still.pauses).toMatchObject([{ endedAt: undefined }]);
    expect(still.nodes.map(({ name, state, batch }) => [name, state, batch])).toEqual([
      ['k8s-ctrl-1', 'done', 0],
      ['k8s-work-1', 'waiting', 1],
      ['k8s-work-2', 'waiting', 2],
      ['k8s-work-3', 'waiting', 2],
    ]);
    const all = viewOfRun(
      'prox-ops',
      1,
      { facts: historyFacts(recordedHistory('run-lifecycle-batches-paused')), pending: undefined },
      new Map(),
    );
    expect(all).toMatchObject({ outcome: 'done', pause: undefined });
    expect(all.decisions.map(({ kind, why }) => [kind, why])).toEqual([
      ['pause', 'to record it'],
      ['resume', 'to record it'],
    ]);
    expect(all.nodes.map((node) => node.plan.rebootMode)).toEqual([
      'powercycle',
      'powercycle',
      'default',
      'default',
    ]);
  });

  test('is reported line by line with the counts at each time', () => {
    const view = viewOfRun(
      'prox-ops',
      1,
      { facts: historyFacts(recordedHistory('run-lifecycle-batches-paused')), pending: undefined },
      new Map(),
    );
    const lines = runChanges(undefined, { view, clock: { now: after(0), timeZone: 'UTC' } }).map(
      ({ text }) => text,
    );
    expect(lines.filter((text) => / done after /.test(text)).map((text) => /\(.*\)/.exec(text)?.[0])).toEqual(
      ['(1 of 4 nodes done)', '(2 of 4 nodes done)', '(3 of 4 nodes done)', '(4 of 4 nodes done)'],
    );
    expect(lines.indexOf(`resumed by ${view.requestedBy}: to record it`)).toBeGreaterThan(
      lines.findIndex((text) => text.startsWith('paused: no node is under way')),
    );
  });
});

group('a child workflow', () => {
  const planned = { verdict: 'planned', plan: aRunView().plan };
  const initiated: EventAt = [
    10,
    {
      startChildWorkflowExecutionInitiatedEventAttributes: {
        workflowId: 'run/prox-ops/42/1/k8s-ctrl-2/1',
        workflowType: { name: 'upgradeNode' },
      },
    },
  ];
  const until = [scheduled(1, 'planUpgrade'), completed(3, 2, planned), initiated] as const;

  test('that Temporal has not started yet says so', () => {
    const view = seen(...until);
    expect(view.nodes[0]).toMatchObject({ state: 'running', begun: false });
    expect(progressView(view, after(11), { width: 140, colour: false })).toContain(
      'Temporal starts its workflow.',
    );
  });

  test('that Temporal has started says what comes next, and one it refused to start is a halt', () => {
    const begun = { childWorkflowExecutionStartedEventAttributes: { initiatedEventId: '4' } };
    const refused = { startChildWorkflowExecutionFailedEventAttributes: { initiatedEventId: '4' } };
    expect(seen(...until, [11, begun]).nodes[0]).toMatchObject({ state: 'running', begun: true });
    expect(seen(...until, [11, refused]).nodes[0]).toMatchObject({ state: 'halted', leftAs: 'unknown' });
  });
});
