import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe as group, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { historyFacts } from '../../../src/runs/view/history-facts.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import type { ObservedExecution } from '../../../src/runs/view/view-of-nodes.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { reportText } from '../../../src/cli/commands/report.js';
import { reportOfView } from '../../../src/runs/view/report-of-view.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { aRunView, after, at } from './a-run-view.js';

/** Histories of recorded runs. */
function recorded(name: string, before?: (eventType: string) => boolean): ObservedExecution {
  const file = path.join(projectRoot, 'test', 'replay', 'histories', `${name}-0.1.0.json`);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as {
    history: { events: { eventType: string }[] };
  };
  const cut = before ? history.events.findLastIndex((event) => before(event.eventType)) : undefined;
  const events = history.events.slice(0, cut);
  const pending = cut === undefined ? undefined : { activities: [], workflowTask: undefined };
  return { facts: historyFacts(historyFromJSON({ events })), pending };
}

/** A time after every recording. */
const now = Date.parse('2040-01-01T00:00:00Z');
const seen = (
  sight: ObservedExecution,
  children: ReadonlyMap<string, ObservedExecution> = new Map(),
): RunView => viewOfRun('prox-ops', 1, sight, children);

group('the report of a recorded run', () => {
  const view = seen(recorded('run-done'));
  const report = reportOfView(view, now);
  const text = reportText(view, now);

  test('has every node with every step, and the plan', () => {
    // Which control plane comes last depends on who led etcd.
    expect(
      report.nodes
        .map((node) => [node.node, node.outcome, node.steps.length])
        .toSorted(([one], [other]) => String(one).localeCompare(String(other))),
    ).toEqual([
      ['k8s-ctrl-1', 'done', 13],
      ['k8s-ctrl-2', 'done', 13],
      ['k8s-ctrl-3', 'done', 13],
      ['k8s-work-1', 'done', 11],
      ['k8s-work-2', 'done', 11],
      ['k8s-work-3', 'done', 11],
    ]);
    expect(report.plan?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(text).toContain(`plan ${report.plan?.hash}`);
    const { requestedBy: by, requestedAt } = view.input?.request ?? {};
    expect(report.asked).toMatchObject({ by, at: requestedAt, only: [] });
  });

  test('has the waits of the run itself, which are in no node', () => {
    const waits = report.figures.waits.filter((wait) => wait.node === null).map((wait) => wait.waitedFor);
    expect(waits).toEqual([
      'the observation and the plan',
      'the factory building the images',
      'etcd snapshots',
      'etcd staying healthy between control planes',
    ]);
  });

  test('names the image to write for each role, and has no leftovers', () => {
    expect(report.lag?.machineConfig.map(({ role, nodes }) => [role, nodes.length])).toEqual([
      ['control-plane', 3],
      ['worker', 3],
    ]);
    expect([report.leftBehind, report.toLookAt]).toEqual([[], []]);
  });

  test('is complete without other sources', () => {
    expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
    expect(text).toContain('encrypted to `age1');
    expect(text.match(/^## .*/gm)).toEqual([
      '## What still names the old version',
      '## How nodes were booted',
      '## Who decided what',
      '## Nodes',
      '## Snapshots of etcd',
      '## What waits cost',
      '## Against the targets',
      '## Each node, step by step',
      '## The plan',
    ]);
  });
});

group('the report of an unsuccessful run', () => {
  test('names the nodes that --only left out, what is on the node, and what to type', () => {
    const view = seen(recorded('run-halted'));
    const report = reportOfView(view, now);
    expect(report.leftBehind).toContainEqual({ node: 'k8s-work-2', why: 'left-out', runs: null });
    expect(report.leftBehind).toContainEqual({ node: 'k8s-work-1', why: 'halted', runs: 'v1.12.1' });
    expect(report.toLookAt).toMatchObject([
      { node: 'k8s-work-1', what: 'cordoned' },
      { node: 'k8s-work-1', what: 'marks' },
    ]);
    expect(report.boots.neverThroughFirmware).toEqual([]);
    expect(report.lag).toBeNull();
    expect(report.reasons[0]?.advice[0]).toMatch(/^talosctl -n 10\.20\.67\.4 /);
  });

  test('names who aborted and why, and that the node was returned to service', () => {
    const view = seen(recorded('run-aborted'));
    const report = reportOfView(view, now);
    expect(report.decisions).toMatchObject([{ kind: 'abort', by: view.requestedBy, why: 'to record it' }]);
    expect(report.toLookAt).toEqual([]);
    expect(report.leftBehind).toContainEqual({ node: 'k8s-work-2', why: 'undone', runs: 'v1.12.1' });
  });
});

group('the report of a run without a result', () => {
  const lastNodeStarted = (type: string): boolean => type === 'EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED';
  const child = 'run/prox-ops/1/1/k8s-work-1/1';

  test('of an open one says so, and has the steps of the running node from its own history', () => {
    const open = seen(
      recorded('run-halted', lastNodeStarted),
      new Map([[child, recorded('node-halted', (type) => type === 'EVENT_TYPE_ACTIVITY_TASK_STARTED')]]),
    );
    const report = reportOfView(open, now);
    expect(report).toMatchObject({ outcome: 'open', endedAt: null, figures: { took: null, targets: null } });
    expect(report.nodes).toMatchObject([{ node: 'k8s-work-1', outcome: 'running' }]);
    expect(report.nodes[0]?.steps.length).toBeGreaterThan(3);
    expect(report.now.join(' ')).toContain('k8s-work-1: ');
    const text = reportText(open, now);
    expect(text).toMatch(
      /^# Run 1 of prox-ops\n\nThe run is still open; this is what there is so far\.\n\n```text\nrun 1 /,
    );
    expect(text).toMatch(/\| prepare-image \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    expect(text).toContain('## The plan');
  });

  test("of a terminated one shows its node's outcome from the node's own history", () => {
    const { facts } = recorded('run-halted', lastNodeStarted);
    const close = {
      at: recorded('run-halted').facts.close?.at ?? '',
      ending: 'terminated',
      failure: { message: '', reason: { kind: 'terminated' } },
    } as const;
    const sight = { facts: { ...facts, close }, pending: undefined };
    const report = reportOfView(seen(sight, new Map([[child, recorded('node-halted')]])), now);
    expect(report).toMatchObject({
      outcome: 'terminated',
      reasons: [{ reason: { kind: 'terminated' } }, {}],
    });
    expect(report.nodes).toMatchObject([
      { node: 'k8s-work-1', outcome: 'halted', state: 'back-on-old', failedStep: 'await-boot' },
    ]);
    const alone = reportOfView(seen(sight), now);
    expect(alone.toLookAt).toMatchObject([{ node: 'k8s-work-1', what: 'unknown' }]);
  });

  test('that never had a plan says so, with why', () => {
    const view = aRunView({
      plan: undefined,
      nodes: [],
      outcome: 'failed',
      reasons: [{ kind: 'unexpected', message: 'x is not a function' }],
      endedAt: at(3),
    });
    const text = reportText(view, after(9));
    expect(text).toContain('The run never came to one.');
    expect(text).toContain('something happened that Slipway does not know: x is not a function');
    expect(text).not.toMatch(/undefined|NaN/);
  });
});
