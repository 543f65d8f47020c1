import { describe as group, expect, test } from '@jest/globals';
import { historyFacts } from '../../../src/runs/view/history-facts.js';
import type { ObservedExecution } from '../../../src/runs/view/view-of-nodes.js';
import { openChildren, viewOfRun } from '../../../src/runs/view/view-of-run.js';
import type { PendingActivity } from '../../../src/runs/view/pending-work.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import {
  childStarted,
  completed,
  factsOf,
  payloads,
  recordedHistory,
  runStarted,
  scheduled,
  type EventAt,
} from './a-history.js';
import { aPending, aPlan, aPlannedNode, at, nodeNames } from './a-run-view.js';

const plan = aPlan(nodeNames.slice(0, 3).map((name) => aPlannedNode(name)));
const planned: readonly EventAt[] = [
  runStarted,
  scheduled(1, 'planUpgrade'),
  completed(3, 2, { verdict: 'planned', plan }),
];
const order = { order: ['k8s-ctrl-3', 'k8s-ctrl-2', 'k8s-ctrl-1'], leader: 'k8s-ctrl-1' };
const ordered: readonly EventAt[] = [...planned, scheduled(3, 'resolveOrder'), completed(4, 4, order)];
/** A run with its first node started, as event 6. */
const started: readonly EventAt[] = [...ordered, childStarted(10, 'run/prox-ops/42/1/k8s-ctrl-3/1')];

const nothingPending = { activities: [], workflowTask: undefined };

function view(
  events: readonly EventAt[],
  pending: readonly PendingActivity[] = [],
  child?: ObservedExecution,
): RunView {
  const children = new Map(child ? [['run/prox-ops/42/1/k8s-ctrl-3/1', child]] : []);
  return viewOfRun(
    'prox-ops',
    42,
    { facts: factsOf(...events), pending: { ...nothingPending, activities: pending } },
    children,
  );
}

group('a run that has just begun', () => {
  test('knows what was asked for, and what it does', () => {
    const waiting = { waitingFor: 'the cluster is observed', since: at(1), until: at(120) };
    const seen = view([runStarted, scheduled(1, 'planUpgrade')], [aPending({ id: 'planUpgrade', waiting })]);
    expect(seen).toMatchObject({
      target: 'v1.12.6',
      declared: false,
      requestedBy: 'ada@bench',
      startedAt: at(0),
      nodes: [],
    });
    expect(seen.outcome).toBeUndefined();
    expect(seen.work).toMatchObject([
      { name: 'plan', since: at(1), endedAt: undefined, pending: { waiting } },
    ]);
  });

  test('has its nodes in the order of the plan, then in the order that was resolved', () => {
    expect(view(planned).nodes.map((node) => node.name)).toEqual(['k8s-ctrl-2', 'k8s-ctrl-3', 'k8s-ctrl-1']);
    const seen = view(ordered);
    expect(seen.nodes.map((node) => node.name)).toEqual(order.order);
    expect(seen.nodes.map((node) => node.leads)).toEqual([false, false, true]);
    expect(seen.nodes.every((node) => node.state === 'waiting')).toBe(true);
  });
});

group('a node under way', () => {
  const steps = (...events: readonly EventAt[]): ObservedExecution => ({
    facts: factsOf([10, started[5]?.[1] ?? {}], ...events),
    pending: nothingPending,
  });

  test('is running as soon as its workflow is started, even before it can be read', () => {
    expect(view(started).nodes[0]).toMatchObject({
      state: 'running',
      attempt: 1,
      startedAt: at(10),
      steps: [],
      work: [],
    });
    expect(openChildren(factsOf(...started))).toEqual(['run/prox-ops/42/1/k8s-ctrl-3/1']);
  });

  test('has the steps of its own history, with what they noted, and the one that goes on', () => {
    const child = steps(
      scheduled(11, 'cordonNode'),
      completed(12, 2, 'cordoned'),
      scheduled(12, 'installTalos'),
      completed(13, 4, { sent: 'sent', note: 'accepted' }),
      scheduled(13, 'awaitBoot'),
    );
    const [node] = view(started, [], child).nodes;
    expect(node?.steps).toEqual([
      { step: 'cordon', startedAt: at(11), endedAt: at(12), note: 'cordoned', undo: false },
      { step: 'install', startedAt: at(12), endedAt: at(13), note: 'accepted', undo: false },
      { step: 'await-boot', startedAt: at(13), endedAt: undefined, note: undefined, undo: false },
    ]);
    expect(node?.work.map((work) => work.name)).toEqual(['await-boot']);
  });

  test('has the reboot of the lifecycle flow as a step of its own', () => {
    const child = steps(
      scheduled(12, 'installTalos'),
      completed(40, 2, { sent: 'sent', note: 'installed' }),
      scheduled(41, 'rebootNode'),
    );
    const [node] = view(started, [], child).nodes;
    expect(node?.steps.map(({ step, note }) => [step, note])).toEqual([
      ['install', 'installed'],
      ['reboot', undefined],
    ]);
    expect(node?.work.map((work) => work.name)).toEqual(['reboot']);
  });

  test('may be one of several: each has its own state', () => {
    const second = childStarted(11, 'run/prox-ops/42/1/k8s-ctrl-2/1');
    expect(view([...started, second]).nodes.map(({ name, state }) => [name, state])).toEqual([
      ['k8s-ctrl-3', 'running'],
      ['k8s-ctrl-2', 'running'],
      ['k8s-ctrl-1', 'waiting'],
    ]);
  });

  test('shows what failed during its rollback', () => {
    const reason = { kind: 'drain-failed', node: 'k8s-ctrl-3', why: 'it hangs', attempts: 3 };
    const failure = {
      message: 'x',
      applicationFailureInfo: { type: reason.kind, details: payloads(reason) },
    };
    const child = steps(
      scheduled(12, 'drainNode'),
      [20, { activityTaskFailedEventAttributes: { scheduledEventId: '2', failure } }],
      scheduled(21, 'uncordonNode'),
    );
    const [node] = view(started, [], child).nodes;
    expect(node).toMatchObject({ state: 'running', reason, failedStep: 'drain' });
    expect(node?.steps.map(({ step, undo }) => [step, undo])).toEqual([
      ['drain', false],
      ['uncordon', true],
    ]);
  });

  test.each([
    [
      'done',
      {
        childWorkflowExecutionCompletedEventAttributes: {
          initiatedEventId: '6',
          result: payloads({ outcome: 'done', state: 'on-target', steps: [] }),
        },
      },
      { state: 'done', leftAs: 'on-target' },
    ],
    [
      'terminated',
      { childWorkflowExecutionTerminatedEventAttributes: { initiatedEventId: '6' } },
      { state: 'halted', reason: { kind: 'terminated' } },
    ],
    [
      'failed',
      {
        childWorkflowExecutionFailedEventAttributes: {
          initiatedEventId: '6',
          failure: { message: 'y', cause: { message: 'x is not a function' } },
        },
      },
      { state: 'halted', reason: { kind: 'unexpected', message: 'x is not a function' } },
    ],
  ])("is %s by its child workflow's end", (_, attributes, expected) => {
    const seen = view([...started, [40, attributes]]);
    expect(seen.nodes[0]).toMatchObject({ ...expected, endedAt: at(40) });
    expect(openChildren(factsOf(...started, [40, attributes]))).toEqual([]);
  });

  test('is counted by its last attempt', () => {
    const again = childStarted(60, 'run/prox-ops/42/1/k8s-ctrl-3/2');
    expect(
      view([
        ...started,
        [40, { childWorkflowExecutionTerminatedEventAttributes: { initiatedEventId: '6' } }],
        again,
      ]).nodes[0],
    ).toMatchObject({ attempt: 2, state: 'running', startedAt: at(60) });
  });

  test('is skipped when the plan says that it runs the target already', () => {
    const there = aPlan([aPlannedNode('k8s-ctrl-2', { skip: 'already-on-target' })]);
    expect(
      view([runStarted, scheduled(1, 'planUpgrade'), completed(3, 2, { verdict: 'planned', plan: there })])
        .nodes[0],
    ).toMatchObject({ state: 'skipped', leftAs: 'on-target' });
  });
});

group('the end of a run', () => {
  const refused = { verdict: 'refused', reasons: [{ kind: 'terminated' }] };
  test.each([
    [
      'its own word',
      {
        workflowExecutionCompletedEventAttributes: {
          result: payloads({ outcome: 'halted', reasons: [], notDone: [] }),
        },
      },
      'halted',
    ],
    ['a cancel', { workflowExecutionCanceledEventAttributes: {} }, 'aborted'],
    ['a terminate', { workflowExecutionTerminatedEventAttributes: { reason: 'tidying up' } }, 'terminated'],
    ['a bug', { workflowExecutionFailedEventAttributes: { failure: { message: 'x' } } }, 'failed'],
    ['a time limit', { workflowExecutionTimedOutEventAttributes: {} }, 'failed'],
  ])('is known from %s', (_, attributes, outcome) => {
    expect(view([...started, [50, attributes]])).toMatchObject({ outcome, endedAt: at(50) });
  });

  test('has the reason of a terminate and of a bug', () => {
    const reasons = (attributes: Record<string, unknown>) => view([...planned, [50, attributes]]).reasons;
    expect(reasons({ workflowExecutionTerminatedEventAttributes: { reason: 'x' } })).toEqual([
      { kind: 'terminated' },
    ]);
    expect(reasons({ workflowExecutionFailedEventAttributes: { failure: { message: 'x' } } })).toEqual([
      { kind: 'unexpected', message: 'x' },
    ]);
  });

  test('has the reasons of a plan that was refused, before the run has ended too', () => {
    expect(view([runStarted, scheduled(1, 'planUpgrade'), completed(2, 2, refused)]).reasons).toEqual(
      refused.reasons,
    );
  });

  test('has all the reasons of a plan that was refused, though the run answers with some of them', () => {
    const all = { verdict: 'refused', reasons: [{ kind: 'terminated' }, { kind: 'etcd-no-leader' }] };
    const result = { outcome: 'refused', reasons: all.reasons.slice(0, 1), notDone: [] };
    const seen = view([
      runStarted,
      scheduled(1, 'planUpgrade'),
      completed(2, 2, all),
      [3, { workflowExecutionCompletedEventAttributes: { result: payloads(result) } }],
    ]);
    expect(seen.reasons).toEqual(all.reasons);
  });

  test('ends what was under way', () => {
    const seen = view([
      runStarted,
      scheduled(1, 'planUpgrade'),
      [5, { workflowExecutionTerminatedEventAttributes: {} }],
    ]);
    expect(seen.work).toMatchObject([{ name: 'plan', endedAt: at(5), pending: undefined }]);
  });

  test('knows who asked for an abort, by update and by cancel', () => {
    const update = {
      acceptedRequest: { input: { name: 'abort', args: payloads({ by: 'ada', why: 'wrong image' }) } },
    };
    expect(
      view([...started, [30, { workflowExecutionUpdateAcceptedEventAttributes: update }]]).abort,
    ).toEqual({ by: 'ada', why: 'wrong image', at: at(30) });
    expect(
      view([...started, [30, { workflowExecutionCancelRequestedEventAttributes: { cause: 'ada: stop' } }]])
        .abort,
    ).toEqual({ by: 'a cancel', why: 'ada: stop', at: at(30) });
  });
});

group('a payload nobody can read', () => {
  test('is left out, and the rest is shown', () => {
    const encrypted = {
      payloads: [
        { metadata: { encoding: Buffer.from('binary/encrypted').toString('base64') }, data: 'AAAA' },
      ],
    };
    const seen = view([
      [0, { workflowExecutionStartedEventAttributes: { input: encrypted } }],
      scheduled(1, 'planUpgrade'),
    ]);
    expect(seen).toMatchObject({ target: 'unknown', requestedBy: 'unknown', work: [{ name: 'plan' }] });
  });
});

group('histories that real workflows wrote', () => {
  const facts = (events?: number) => historyFacts(recordedHistory('run-aborted', events));
  const drained = recordedHistory('node-aborted').events ?? [];
  const drains = drained.findIndex(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'drainNode',
  );
  const draining = {
    facts: historyFacts(recordedHistory('node-aborted', drains + 1)),
    pending: nothingPending,
  };
  const children = new Map([['run/prox-ops/1/1/k8s-work-2/1', draining]]);

  test('show a run whose second node is drained', () => {
    const abortedAt = (recordedHistory('run-aborted').events ?? []).findIndex(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
    );
    const seen = viewOfRun('prox-ops', 1, { facts: facts(abortedAt), pending: nothingPending }, children);
    expect(seen.nodes.map(({ name, state }) => [name, state])).toEqual([
      ['k8s-work-1', 'done'],
      ['k8s-work-2', 'running'],
      ['k8s-work-3', 'waiting'],
    ]);
    expect(seen.nodes[0]?.steps).toHaveLength(11);
    expect(seen.nodes[1]?.work.map((work) => work.name)).toEqual(['drain']);
    expect(seen.snapshots).toHaveLength(1);
    expect(seen.outcome).toBeUndefined();
  });

  test('show its abort: the node is undone, the rest was not started', () => {
    const seen = viewOfRun('prox-ops', 1, { facts: facts(), pending: undefined }, new Map());
    expect(seen).toMatchObject({
      outcome: 'aborted',
      abort: { why: 'to record it' },
      result: { outcome: 'aborted' },
    });
    expect(seen.nodes[1]).toMatchObject({ state: 'undone', leftAs: 'undone', failedStep: 'drain' });
    expect(seen.nodes[1]?.steps.at(-1)).toMatchObject({ step: 'uncordon', undo: true });
    expect(seen.nodes[2]).toMatchObject({ state: 'waiting' });
  });
});
