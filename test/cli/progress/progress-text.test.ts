import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import type { NodeView, RunView } from '../../../src/runs/view/run-view.js';
import { describe } from '../../../src/planning/reasons/describe.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import {
  aNode,
  aPlannedNode,
  aRunView,
  aStepWork,
  after,
  at,
  doneNode,
  nodeNames,
  runningNode,
  target,
} from '../../runs/view/a-run-view.js';

const shown = (view: RunView, seconds: number, width = 140): string =>
  progressView(view, after(seconds), { width, colour: false, timeZone: 'UTC' });

const drainSentence =
  'postgres/db-1 stays on k8s-work-2: its budget postgres/db allows 0 disruptions (1 of 1 healthy)';
const waiting = { waitingFor: drainSentence, since: at(600), until: at(900) };

const backOnOld: Reason = {
  kind: 'back-on-old-version',
  node: 'k8s-work-2',
  version: 'v1.12.1',
  wanted: target,
};

const fourDone = [
  doneNode('k8s-ctrl-2', 10, 202),
  doneNode('k8s-ctrl-3', 205, 390),
  doneNode('k8s-ctrl-1', 393, 593),
  doneNode('k8s-work-1', 596, 764),
];

group('a successful run', () => {
  test('fits on one screen: nodes done, the one under way, the next, and the time left', () => {
    const view = aRunView({
      nodes: [...fourDone, runningNode('k8s-work-2', 770, 'drain', 780), aNode('k8s-work-3')],
    });
    expect(shown(view, 827)).toBe(
      [
        'run 42  prox-ops  Talos v1.12.1 → v1.12.6  in place (patch: same minor)                                       node 5 of 6 · about 3 min left',
        '  ✓ k8s-ctrl-2  v1.12.6   3m12s    ✓ k8s-ctrl-3  v1.12.6   3m05s    ✓ k8s-ctrl-1  v1.12.6   3m20s    led etcd',
        '  ✓ k8s-work-1  v1.12.6   2m48s    canary, soaked 1m00s',
        '  ● k8s-work-2  drain                 0m47s  evicts its pods, as their PodDisruptionBudgets allow.',
        '  ○ k8s-work-3   next: k8s-work-3',
      ].join('\n'),
    );
  });

  test('shows its work between nodes', () => {
    const work = {
      name: 'etcd',
      does: 'waits until etcd has been healthy without a break',
      since: at(202),
      endedAt: undefined,
      pending: undefined,
    };
    const view = aRunView({
      nodes: [doneNode('k8s-ctrl-2', 10, 202), ...nodeNames.slice(1).map((name) => aNode(name))],
      work: [work],
    });
    expect(shown(view, 210)).toContain(
      '● etcd                              0m08s  waits until etcd has been healthy without a break.',
    );
    expect(shown(view, 210)).toContain('1 of 6 nodes done');
  });

  test('says that it plans while it has no plan', () => {
    const work = {
      name: 'plan',
      does: 'observes the cluster and makes the plan',
      since: at(1),
      endedAt: undefined,
      pending: undefined,
    };
    const text = shown(aRunView({ plan: undefined, nodes: [], work: [work] }), 4);
    expect(text).toContain('Talos → v1.12.6');
    expect(text).toContain('observes the cluster and makes the plan');
  });

  test('ends with how long it took, and what to read', () => {
    const nodes = [...fourDone, doneNode('k8s-work-2', 770, 900), doneNode('k8s-work-3', 901, 1020)];
    const text = shown(aRunView({ nodes, outcome: 'done', endedAt: at(1021) }), 2000);
    expect(text).toContain('6 of 6 nodes done · took 17m01s');
    expect(text).toContain('✓ run 42 done.');
    expect(text).toContain('slipway report prox-ops/42');
    expect(text).not.toContain('next:');
  });

  test('shows nodes that ran the target already, and does not count them', () => {
    const there = aNode('k8s-ctrl-2', {
      state: 'skipped',
      plan: aPlannedNode('k8s-ctrl-2', { skip: 'already-on-target' }),
    });
    const text = shown(aRunView({ nodes: [there, runningNode('k8s-ctrl-3', 5, 'cordon', 6)] }), 7);
    expect(text).toContain('✓ k8s-ctrl-2  v1.12.6    ran it already');
    expect(text).toContain('node 1 of 1');
  });

  test('says that git does not declare the target', () => {
    expect(shown(aRunView({ declared: false }), 1)).toContain('git does not declare v1.12.6');
  });
});

group('a run of several nodes at a time', () => {
  const nodes = [
    ...fourDone,
    runningNode('k8s-work-2', 770, 'drain', 780),
    runningNode('k8s-work-3', 771, 'reboot', 800),
  ];

  test('shows each running node with its own step and time', () => {
    const lines = shown(aRunView({ nodes }), 827).split('\n');
    expect(lines.slice(-2)).toEqual([
      '  ● k8s-work-2  drain                 0m47s  evicts its pods, as their PodDisruptionBudgets allow.',
      '  ● k8s-work-3  reboot                0m27s  takes another preflight check, then reboots the node, once.',
    ]);
  });

  test('shows which node stopped first, and the state of the other', () => {
    const stopped = (name: string, change: Partial<NodeView>): NodeView =>
      aNode(name, { attempt: 1, startedAt: at(770), endedAt: at(900), ...change });
    const why: Reason = { kind: 'reboot-unanswered', node: 'k8s-work-2', since: at(780) };
    const text = shown(
      aRunView({
        nodes: [
          ...fourDone,
          stopped('k8s-work-2', { state: 'halted', failedStep: 'await-boot', reason: why, leftAs: 'armed' }),
          stopped('k8s-work-3', {
            state: 'undone',
            failedStep: 'drain',
            reason: { kind: 'fleet-halted', because: 'k8s-work-2 stopped first' },
            leftAs: 'undone',
          }),
        ],
        outcome: 'halted',
        reasons: [why],
        endedAt: at(901),
      }),
      5000,
    ).replaceAll(/\s+/g, ' ');
    expect(text).toContain('k8s-work-2 await-boot 2m10s k8s-work-2 shows no sign of the reboot');
    expect(text).toContain('It has the new version installed, and boots it with its next reboot');
    expect(text).toContain('k8s-work-3 drain 2m10s it went no further, because k8s-work-2 stopped first.');
  });
});

group('a run that waits', () => {
  test('says for what, until when, and, in a long wait, what to type', () => {
    const node = runningNode('k8s-work-2', 590, 'drain', 600, { waiting, heardAt: at(645) });
    const soon = shown(aRunView({ nodes: [node] }), 647);
    expect(soon).toContain(`${drainSentence}.`.slice(0, 60));
    expect(soon.replaceAll(/\s+/g, ' ')).toContain(`${drainSentence}. Until 12:15:00.`);
    expect(soon).not.toContain('slipway abort');
    expect(shown(aRunView({ nodes: [node] }), 680).replaceAll(/\s+/g, ' ')).toContain(
      'To stop the run, type: slipway abort prox-ops/42 --why "…"',
    );
  });

  test('shows the date of a limit that is not today', () => {
    const until = '2026-11-22T00:30:00.000Z';
    const node = runningNode('k8s-work-2', 590, 'drain', 600, {
      waiting: { ...waiting, until },
      heardAt: at(601),
    });
    expect(shown(aRunView({ nodes: [node] }), 602).replaceAll(/\s+/g, ' ')).toContain(
      'Until 2026-11-22 00:30:00.',
    );
  });

  test('never shows a step without a reason', () => {
    for (const nodes of [
      [aNode('k8s-work-2', { state: 'running', startedAt: at(1), attempt: 1 })],
      [aNode('k8s-work-2')],
    ]) {
      expect(shown(aRunView({ nodes }), 5)).toContain('the run decides what comes next.');
    }
  });
});

group('a worker that is gone', () => {
  test('is reported with what to type, and that nothing is lost', () => {
    const workers = {
      taskQueue: 'slipway',
      answering: false,
      lastSeen: at(100),
      startWith: 'node dist/programs/worker.js',
    };
    const text = shown(
      aRunView({ workers, nodes: [runningNode('k8s-work-2', 90, 'drain', 95)] }),
      300,
    ).replaceAll(/\s+/g, ' ');
    expect(text).toContain('! No worker answers on task queue slipway since 12:01:40.');
    expect(text).toContain('Start one: node dist/programs/worker.js');
  });

  test.each([
    [
      'without a heartbeat for a while',
      { heardAt: at(92) },
      'Its worker was last heard 8 s ago; after 10 s of silence another goes on.',
    ],
    [
      'lost',
      {
        attempt: 2,
        heardAt: at(99),
        lastFailure: { message: 'activity Heartbeat timeout', reason: undefined },
      },
      'Attempt 2: the worker before fell silent',
    ],
    [
      'stopped',
      {
        attempt: 2,
        heardAt: at(99),
        lastFailure: { message: 'Worker is shutting down and …', reason: undefined },
      },
      'Attempt 2: the worker before was stopped',
    ],
    [
      'to be followed by another',
      {
        state: 'queued' as const,
        attempt: 3,
        nextAttemptAt: at(104),
        lastFailure: { message: 'no route to host', reason: undefined },
      },
      'Attempt 3 follows at 12:01:44: no route to host.',
    ],
  ])('is reported when it is %s', (_, pending, expected) => {
    const text = shown(aRunView({ nodes: [runningNode('k8s-work-2', 60, 'drain', 70, pending)] }), 100);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(expected);
  });

  test.each([
    [{ taken: false, since: at(90), attempt: 1 }, "No worker has taken the run's next decision for 0m10s."],
    [{ taken: false, since: at(99), attempt: 5 }, 'a bug of Slipway'],
  ])('is reported when no worker takes the workflow task: %j', (workflowTask, expected) => {
    expect(shown(aRunView({ workflowTask }), 100)).toContain(expected);
  });

  test('is not reported between two heartbeats', () => {
    const text = shown(
      aRunView({ nodes: [runningNode('k8s-work-2', 60, 'drain', 70, { heardAt: at(97) })] }),
      100,
    );
    expect(text).not.toContain('heard');
  });
});

group('an unsuccessful run', () => {
  test('says where it stopped, why, how the node was left, and what to type', () => {
    const node = aNode('k8s-work-2', {
      state: 'halted',
      attempt: 1,
      startedAt: at(770),
      endedAt: at(900),
      failedStep: 'await-boot',
      reason: backOnOld,
      leftAs: 'back-on-old',
    });
    const view = aRunView({
      nodes: [...fourDone, node, aNode('k8s-work-3')],
      outcome: 'halted',
      reasons: [backOnOld],
      endedAt: at(901),
    });
    const text = shown(view, 5000);
    expect(text).toContain('✗ k8s-work-2  await-boot            2m10s');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`${describe(backOnOld)}. It runs the old version again.`);
    expect(text).toContain('○ k8s-work-3   not started');
    expect(text).toContain('✗ run 42 halted.');
    expect(text).toContain('talosctl -n 10.20.67.5 -e 10.20.67.5 dmesg');
    expect(text).toContain('slipway release prox-ops --why "…"');
  });

  test('shows an undo under way', () => {
    const reason: Reason = { kind: 'drain-failed', node: 'k8s-work-2', why: 'it hangs', attempts: 3 };
    const node = aNode('k8s-work-2', {
      state: 'running',
      attempt: 1,
      startedAt: at(0),
      reason,
      failedStep: 'drain',
      work: [aStepWork('uncordon', 30)],
    });
    expect(shown(aRunView({ nodes: [node] }), 31).replaceAll(/\s+/g, ' ')).toContain(
      `uncordon 0m01s ${describe(reason)}. Undone: removes the cordon`,
    );
  });

  test.each([
    [
      'refused',
      { kind: 'downgrade', node: 'k8s-ctrl-1', from: 'v1.12.6', to: 'v1.12.1' },
      '✗ run 42 refused, before anything was touched: ',
    ],
    ['nothing-to-do', { kind: 'nothing-to-do', target }, '✓ run 42 nothing to do: '],
    ['terminated', { kind: 'terminated' }, '✗ run 42 terminated from outside: '],
    ['failed', { kind: 'unexpected', message: 'x is not a function' }, '✗ run 42 failed: '],
    ['aborted', { kind: 'aborted', by: 'ada@bench: wrong image' }, '✗ run 42 aborted: '],
  ] as const)('is shown as %s, with the reason', (outcome, reason, expected) => {
    const text = shown(
      aRunView({ plan: undefined, nodes: [], outcome, reasons: [reason], endedAt: at(3) }),
      9,
    );
    expect(text).toContain(expected + describe(reason));
  });

  test('says who requested the abort under way', () => {
    const abort = { by: 'ada@bench', why: 'wrong image', at: at(5) };
    expect(shown(aRunView({ abort }), 6)).toContain('! Abort asked for by ada@bench: wrong image.');
  });
});

group('a screen', () => {
  const thousand = Array.from({ length: 1000 }, (_, index) => `k8s-work-${index + 2}`);
  const large = aRunView({
    nodes: [
      ...fourDone,
      ...thousand.slice(0, 500).map((name, index) => doneNode(name, 1000 + index, 1120 + index)),
      runningNode('k8s-work-502', 2000, 'drain', 2010),
      ...thousand.slice(501).map((name) => aNode(name)),
    ],
  });

  test.each([60, 80, 120, 200])('of %i characters is never exceeded', (width) => {
    const node = runningNode('k8s-work-2', 590, 'drain', 600, { waiting, heardAt: at(645) });
    const lines = shown(aRunView({ nodes: [...fourDone, node, aNode('k8s-work-3')] }), 700, width).split(
      '\n',
    );
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test('of 24 lines holds a run of a thousand nodes', () => {
    const lines = shown(large, 2020, 100).split('\n');
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(lines.join('\n')).toContain('501 workers finished, the last ones:');
    expect(lines.join('\n')).toContain('(499)');
  });

  test('has colours only on a terminal with colours', () => {
    const options = { width: 100, colour: true, timeZone: 'UTC' };
    expect(progressView(large, after(2020), options)).toContain('\u001b[');
    expect(progressView(large, after(2020), { ...options, colour: false })).not.toContain('\u001b[');
  });

  test('gets no control characters from outside texts', () => {
    const reason: Reason = {
      kind: 'drain-failed',
      node: 'k8s-work-2',
      why: 'bad \u001b]0;title\u0007 pod',
      attempts: 1,
    };
    const node = aNode('k8s-work-2', { state: 'halted', startedAt: at(0), endedAt: at(9), reason });
    expect(shown(aRunView({ nodes: [node], reasons: [reason] }), 10)).not.toContain('\u001b');
  });
});
