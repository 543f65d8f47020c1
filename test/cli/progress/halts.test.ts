import { describe, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { runChanges } from '../../../src/runs/view/run-changes.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { storyOfRun } from '../../../src/runs/view/story-of-run.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { decisionTimer } from '../../../src/workflows/messages.js';
import {
  answered,
  asked,
  childStarted,
  completed,
  factsOf,
  payload,
  payloads,
  runStarted,
  scheduled,
  type EventAt,
} from '../../runs/view/a-history.js';
import { aNode, aRunView, after, at, doneNode } from '../../runs/view/a-run-view.js';

const timer = (summary?: string): EventAt => [
  90,
  {
    timerStartedEventAttributes: { timerId: '1', startToFireTimeout: '86400s' },
    ...(summary === undefined ? {} : { userMetadata: { summary: payload(summary) } }),
  },
];

const seen = (...events: readonly EventAt[]): RunView =>
  viewOfRun(
    'prox-ops',
    42,
    { facts: factsOf(runStarted, ...events), pending: { activities: [], workflowTask: undefined } },
    new Map(),
  );

const stopped = aNode('k8s-work-2', {
  state: 'halted',
  attempt: 1,
  startedAt: at(0),
  endedAt: at(80),
  reason: { kind: 'back-on-old-version', node: 'k8s-work-2', version: 'v1.12.1', wanted: 'v1.12.6' },
  failedStep: 'await-boot',
  leftAs: 'back-on-old',
});
const halted = aRunView({
  nodes: [doneNode('k8s-work-1', 0, 60), stopped, aNode('k8s-work-3')],
  halts: [{ since: at(90), until: at(90 + 86_400), endedAt: undefined }],
});
const shown = (view: RunView): string =>
  progressView(view, after(150), { width: 120, colour: false, timeZone: 'UTC' });
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('a halt in the record', () => {
  test('is distinguished from a pause by the summary of its timer', () => {
    expect(seen(timer(decisionTimer))).toMatchObject({
      halts: [{ since: at(90), until: at(90 + 86_400) }],
      pauses: [],
    });
    expect(seen(timer())).toMatchObject({ halts: [], pauses: [{ since: at(90) }] });
  });

  test('keeps each decision and its node', () => {
    const input = { node: 'k8s-work-2', by: 'ada@bench', why: 'the port is up' };
    const decided: readonly EventAt[] = [
      asked(120, 'retry', input),
      answered(121, 2, { verdict: 'retrying', node: 'k8s-work-2', steps: [] }),
    ];
    expect(seen(...decided).decisions).toEqual([{ kind: 'retry', ...input, at: at(120) }]);
  });
});

describe('a halted run', () => {
  test('shows in its progress view what it waits for, until when, and what can be typed', () => {
    const text = shown(halted);
    expect(flat(text)).toContain(
      'Waits for somebody to decide about k8s-work-2. No other node is begun until then.',
    );
    expect(text).toContain('slipway retry k8s-work-2 prox-ops/42 --why "…"');
    expect(text).toContain('slipway skip k8s-work-2 prox-ops/42 --why "…"');
    expect(text).toContain('slipway abort prox-ops/42 --why "…"');
    expect(text).toMatch(/^.*halted · 1 of 3 nodes done$/m);
    expect(text).not.toMatch(/slipway (release|upgrade)|decides what comes next/);
  });

  test('asks for no decision about a node that only stopped with another', () => {
    const beside = aNode('k8s-work-3', {
      ...stopped,
      name: 'k8s-work-3',
      state: 'undone',
      leftAs: 'undone',
      reason: { kind: 'fleet-halted', because: 'k8s-work-2 stopped first' },
    });
    const text = shown({ ...halted, nodes: [stopped, beside] });
    expect(text).not.toContain('slipway retry k8s-work-3');
  });

  test('says who skipped a node', () => {
    const left = { ...halted, halts: [], nodes: [{ ...stopped, skippedBy: 'ada@bench: Monday' }] };
    expect(flat(shown(left))).toContain('Left out by ada@bench: Monday.');
  });

  test('is reported once by watch, with what can be typed, and by the report', () => {
    const clock = { now: after(150), timeZone: 'UTC' };
    const before = { view: { ...halted, halts: [] }, clock };
    const [change, ...others] = runChanges(before, { view: halted, clock });
    expect(change).toMatchObject({ kind: 'halted', time: at(90) });
    expect(change?.advice?.[0]).toMatch(/^talosctl /);
    expect(change?.advice?.at(-1)).toMatch(/^slipway abort /);
    expect(others).toEqual([]);
    const story = storyOfRun(halted, clock);
    expect(story.now?.join(' ')).toContain('Waits for somebody to decide about k8s-work-2');
    expect(story.work).toContainEqual({ name: 'halted', startedAt: at(90) });
  });
});

describe('a worker that is skipped automatically, as slipway.yaml says', () => {
  const reason = { kind: 'drain-failed', node: 'k8s-work-2', why: 'a budget', attempts: 3 };
  const history = (plan: object, result: object) =>
    seen(
      scheduled(1, 'planUpgrade'),
      completed(2, 2, { verdict: 'planned', plan: { ...aRunView().plan, ...plan } }),
      childStarted(10, 'run/prox-ops/42/1/k8s-work-2/1'),
      [
        20,
        {
          childWorkflowExecutionCompletedEventAttributes: { initiatedEventId: '4', result: payloads(result) },
        },
      ],
    ).decisions;
  const undone = { node: 'k8s-work-2', outcome: 'undone', state: 'undone', reason, steps: [] };

  test('is shown as a decision, by whom and why', () =>
    expect(history({ undrained: 'skip' }, undone)).toEqual([
      {
        kind: 'skip',
        by: 'Slipway itself',
        why: 'upgrade.workers.undrained',
        at: at(20),
        node: 'k8s-work-2',
      },
    ]));

  test.each<[string, object, object]>([
    ['slipway.yaml does not say so', {}, undone],
    ['it halted after its drain', { undrained: 'skip' }, { ...undone, outcome: 'halted' }],
    [
      'it was returned to service for another reason',
      { undrained: 'skip' },
      { ...undone, reason: { kind: 'protected-pods', node: 'k8s-work-2', pods: ['a/b'] } },
    ],
    ['it is a control plane', { undrained: 'skip' }, { ...undone, node: 'k8s-ctrl-2' }],
  ])('is not where %s', (_what, plan, result) => expect(history(plan, result)).toEqual([]));
});
