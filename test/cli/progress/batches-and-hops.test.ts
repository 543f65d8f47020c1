import { describe as group, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { estimateLeft } from '../../../src/runs/view/estimate-left.js';
import type { NodeView, RunView } from '../../../src/runs/view/run-view.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import type { UpgradePlan } from '../../../src/planning/plan/plan.js';
import {
  childStarted,
  completed,
  factsOf,
  payloads,
  runStarted,
  scheduled,
  type EventAt,
} from '../../runs/view/a-history.js';
import {
  aNode,
  aPlan,
  aPlannedNode,
  aRunView,
  aStepWork,
  after,
  at,
  doneNode,
  runningNode,
  target,
} from '../../runs/view/a-run-view.js';

const shown = (over: Partial<RunView>, seconds: number): string =>
  progressView(aRunView(over), after(seconds), { width: 150, colour: false, timeZone: 'UTC' });
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
const inBatch = (node: NodeView, batch: number): NodeView => ({ ...node, batch });

group('several nodes in parallel', () => {
  const together = [
    doneNode('k8s-work-1', 10, 100),
    inBatch(runningNode('k8s-work-2', 110, 'drain', 120), 7),
    inBatch(runningNode('k8s-work-3', 110, 'await-boot', 130), 7),
    inBatch(aNode('k8s-work-4'), 8),
    inBatch(aNode('k8s-work-5'), 8),
  ];

  test('are each shown with their own sentence, and with the next batch', () => {
    const text = shown({ nodes: together }, 140);
    expect(text).toContain('nodes 2 to 3 of 5');
    expect(text).toMatch(/● k8s-work-2 +drain +0m20s +evicts its pods/);
    expect(text).toMatch(
      /● k8s-work-3 +await-boot +0m10s +waits until the node runs the version it was to boot/,
    );
    expect(text).toContain('○ k8s-work-4 k8s-work-5   next: k8s-work-4 and k8s-work-5 together');
  });

  test('count once in the remaining time', () => {
    const left = (batch: number): number =>
      estimateLeft(
        aRunView({ nodes: [...together.slice(0, 4), inBatch(aNode('k8s-work-5'), batch)] }),
        after(140),
      ) ?? 0;
    // A node takes 30 s without its soak here, and 10 s pass between batches.
    expect(left(9) - left(8)).toBe(40_000);
  });

  test('say that another one stopped first', () => {
    const reason: Reason = { kind: 'drain-failed', node: 'k8s-work-2', why: 'it hangs', attempts: 3 };
    const stopped = aNode('k8s-work-2', {
      state: 'undone',
      startedAt: at(110),
      endedAt: at(130),
      reason,
      leftAs: 'undone',
    });
    const nodes = [stopped, runningNode('k8s-work-3', 110, 'await-boot', 120)];
    expect(flat(shown({ nodes }, 140))).toContain(
      'k8s-work-2 stopped first, so this one is undone, or finished where its install was sent.',
    );
  });

  test("take from the run's result why one of them stopped, and the state of one that never started", () => {
    const plan = aPlan(['k8s-work-2', 'k8s-work-3'].map((name) => aPlannedNode(name)));
    const node = (name: string, over: object) => ({
      node: name,
      outcome: 'undone',
      state: 'untouched',
      from: 'v1.12.1',
      to: target,
      attempt: 1,
      startedAt: at(10),
      endedAt: at(20),
      steps: [],
      ...over,
    });
    const because = { kind: 'fleet-halted', because: 'k8s-work-2 stopped first' };
    const result = {
      outcome: 'halted',
      reasons: [],
      notDone: [node('k8s-work-2', {}), node('k8s-work-3', { reason: because })],
    };
    const facts = factsOf(
      runStarted,
      scheduled(1, 'planUpgrade'),
      completed(3, 2, { verdict: 'planned', plan }),
      childStarted(5, 'run/prox-ops/42/1/k8s-work-2/1'),
      [20, { workflowExecutionCompletedEventAttributes: { result: payloads(result) } }],
    );
    const view = viewOfRun('prox-ops', 42, { facts, pending: undefined }, new Map());
    expect(view.nodes[1]).toMatchObject({ state: 'undone', leftAs: 'untouched', reason: because });
  });

  test('are grouped by the resolved batches, and before that by the plan', () => {
    const names = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3', 'k8s-work-4'];
    const plan: UpgradePlan = { ...aPlan(names.map((name) => aPlannedNode(name))), batch: 2 };
    const planned = [
      runStarted,
      scheduled(1, 'planUpgrade'),
      completed(3, 2, { verdict: 'planned', plan }),
    ] as const;
    const batchesOf = (...events: readonly EventAt[]): number[] =>
      viewOfRun('prox-ops', 42, { facts: factsOf(...events), pending: undefined }, new Map()).nodes.map(
        (node) => node.batch,
      );
    expect(batchesOf(...planned)).toEqual([0, 1, 1, 2]);
    const batches = [['k8s-work-1'], ['k8s-work-2', 'k8s-work-3', 'k8s-work-4']];
    const resolved = { order: names, batches, leader: '' };
    expect(batchesOf(...planned, scheduled(4, 'resolveOrder'), completed(5, 4, resolved))).toEqual([
      0, 1, 1, 1,
    ]);
    const old = { order: names, leader: '' };
    expect(batchesOf(...planned, scheduled(4, 'resolveOrder'), completed(5, 4, old))).toEqual([0, 1, 2, 3]);
  });
});

group('a run of two hops', () => {
  const names = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'];
  const hops = [
    { to: 'v1.12.4', why: 'a trap lies between them', nodes: names.map((name) => aPlannedNode(name)) },
    { to: target, nodes: names.map((name) => aPlannedNode(name, { from: 'v1.12.4' })) },
  ];
  const plan: UpgradePlan = { ...aPlan([]), hops };
  const second = names.map((name) => aNode(name, { hop: 1, from: 'v1.12.4' }));
  const first = (...done: readonly string[]): NodeView[] =>
    names.map((name, index) =>
      done.includes(name)
        ? { ...doneNode(name, index * 100, index * 100 + 90), to: 'v1.12.4' }
        : { ...aNode(name), to: 'v1.12.4' },
    );

  test('shows the current hop, why, and what follows, and counts the nodes of that hop', () => {
    const text = shown({ plan, nodes: [...first('k8s-work-1'), ...second] }, 150);
    expect(text).toContain('Talos v1.12.1 → v1.12.6');
    expect(text).toContain('hop 1 of 2, to v1.12.4 first: a trap lies between them');
    expect(text).toContain('hop 1 of 2 · 1 of 3 nodes done');
    expect(text).toContain('○ k8s-work-2 k8s-work-3   next: k8s-work-2');
    expect(text).toContain('○ then Talos v1.12.6: 3 nodes');
  });

  test('counts a node as done after all hops', () => {
    const nodes = [...first(...names), { ...doneNode('k8s-work-1', 400, 490), hop: 1 }, ...second.slice(1)];
    expect(shown({ plan, nodes }, 500)).toContain('hop 2 of 2 · 1 of 3 nodes done');
    expect(shown({ plan, nodes, outcome: 'aborted', endedAt: at(500) }, 600)).toContain(
      '1 of 3 nodes done · took',
    );
  });
});

group('firmware boots and armed nodes', () => {
  test('a node that boots through its firmware says so while it boots, and afterwards', () => {
    const plan = aPlannedNode('k8s-work-2', { rebootMode: 'powercycle' });
    const booting = { ...runningNode('k8s-work-2', 10, 'await-boot', 20), plan };
    const draining = { ...runningNode('k8s-work-2', 10, 'drain', 20), plan };
    const done = { ...doneNode('k8s-work-2', 10, 90), plan };
    const others = [aNode('k8s-work-3')];
    expect(flat(shown({ nodes: [booting, ...others] }, 30))).toContain('It boots through its firmware.');
    expect(flat(shown({ nodes: [draining, ...others] }, 30))).not.toContain('firmware');
    expect(shown({ nodes: [done, ...others] }, 100)).toContain('booted through its firmware');
  });

  test('all nodes that boot through their firmware are mentioned once', () => {
    const nodes = ['k8s-work-2', 'k8s-work-3'].map((name) => ({
      ...doneNode(name, 10, 90),
      plan: aPlannedNode(name, { rebootMode: 'powercycle' }),
    }));
    const text = shown({ nodes }, 100);
    expect(text).toContain('every node boots through its firmware');
    expect(text).not.toContain('booted through its firmware');
  });

  test('an armed node says what any reboot would do', () => {
    const plan = aPlannedNode('k8s-work-2', { flow: 'lifecycle', steps: 'lifecycle' });
    const installed = {
      step: 'install' as const,
      startedAt: at(20),
      endedAt: at(40),
      note: 'x',
      undo: false,
    };
    const node = (over: Partial<NodeView>) =>
      aNode('k8s-work-2', { plan, state: 'running', startedAt: at(10), ...over });
    const words = 'It has the new version installed, and boots it with its next reboot, whatever causes it.';
    expect(flat(shown({ nodes: [node({ steps: [installed] })] }, 41))).toContain(words);
    expect(
      flat(shown({ nodes: [node({ steps: [installed], work: [aStepWork('reboot', 41)] })] }, 45)),
    ).toContain(words);
    expect(flat(shown({ nodes: [node({ work: [aStepWork('install', 20)] })] }, 25))).not.toContain(words);
    expect(
      flat(shown({ nodes: [node({ steps: [installed], work: [aStepWork('await-boot', 50)] })] }, 55)),
    ).not.toContain(words);
  });

  test('nodes that were armed before the run are named while they wait', () => {
    const armed = aNode('k8s-work-3', {
      plan: aPlannedNode('k8s-work-3', { armed: true, flow: 'lifecycle' }),
    });
    expect(shown({ nodes: [aNode('k8s-work-2'), armed] }, 10)).toContain(
      '! k8s-work-3: installed already, boots it with its next reboot; in its turn only rebooted',
    );
  });

  test('a node that halted says that it is still cordoned, and that its undo failed too', () => {
    const reason: Reason = { kind: 'reboot-unanswered', node: 'k8s-work-2', since: at(60) };
    const undoFailed: Reason = { kind: 'kubernetes-unreachable', endpoints: [], why: 'connection refused' };
    const node = aNode('k8s-work-2', {
      state: 'halted',
      startedAt: at(10),
      endedAt: at(90),
      failedStep: 'reboot',
      reason,
      leftAs: 'armed',
      cordoned: true,
      undoFailed,
    });
    const text = flat(shown({ nodes: [node], outcome: 'halted', reasons: [reason], endedAt: at(91) }, 100));
    expect(text).toContain(
      'It has the new version installed, and boots it with its next reboot, whatever causes it.',
    );
    expect(text).toContain('Taking it back failed: the Kubernetes API does not answer');
    expect(text).toContain('It is still cordoned.');
    expect(flat(shown({ nodes: [{ ...node, leftAs: 'cordoned' }] }, 100))).not.toContain(
      'It is still cordoned.',
    );
  });
});
