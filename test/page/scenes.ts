import { readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import type { RunLine } from '../../src/runs/temporal/list-runs.js';
import type { ObservedQueue } from '../../src/runs/temporal/cluster-queue.js';
import { historyFacts } from '../../src/runs/view/history-facts.js';
import type { RunView } from '../../src/runs/view/run-view.js';
import { viewOfRun } from '../../src/runs/view/view-of-run.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { SourceUnreachable, type PageSource } from '../../src/page/page-source.js';
import { stepOrders, type StepName } from '../../src/planning/steps/node-steps.js';
import type { StepView } from '../../src/runs/view/run-view.js';
import { aNode, aRunView, aStepWork, at, doneNode, runningNode } from '../runs/view/a-run-view.js';

/** The view of a recorded run, from its history. */
export function recordedRun(name: string, over: Partial<RunView> = {}): RunView {
  const file = path.join(projectRoot, 'test', 'replay', 'histories', `${name}.json`);
  const { history } = JSON.parse(readFileSync(file, 'utf8')) as { history: { events: unknown[] } };
  const facts = historyFacts(historyFromJSON({ events: history.events }));
  // Its nodes have the workflow ids of the recording.
  return { ...viewOfRun('prox-ops', 1, { facts, pending: undefined }, new Map()), ...over };
}

const order: readonly StepName[] = stepOrders.legacy;

/** The steps of a node up to the current one; each took ten seconds. */
export function stepsTo(last: StepName, start: number, ended = false): StepView[] {
  const until = order.indexOf(last);
  return order.slice(0, until + 1).map((step, index) => ({
    step,
    startedAt: at(start + index * 10),
    endedAt: index === until && !ended ? undefined : at(start + (index + 1) * 10),
    note: undefined,
    undo: false,
  }));
}

const done = [
  { ...doneNode('k8s-ctrl-2', 60, 252), steps: stepsTo('soak', 60, true) },
  { ...doneNode('k8s-ctrl-3', 260, 445), steps: stepsTo('soak', 260, true) },
  { ...doneNode('k8s-ctrl-1', 450, 650), steps: stepsTo('soak', 450, true) },
  { ...doneNode('k8s-work-1', 655, 823), steps: stepsTo('soak', 655, true) },
];

/** What a drain waits for. */
export const budgetWait =
  'postgres/db-1: PodDisruptionBudget postgres/db allows 0 disruptions (1 of 1 healthy)';

/** A worker waits in its drain; everything else works. */
export function drainingRun(over: Partial<RunView> = {}): RunView {
  const draining = runningNode('k8s-work-2', 830, 'drain', 853, {
    waiting: { waitingFor: budgetWait, since: at(853), until: at(1_153) },
  });
  return aRunView({
    requestedBy: 'renovate[bot] by ada',
    nodes: [...done, { ...draining, steps: stepsTo('drain', 823) }, aNode('k8s-work-3')],
    snapshots: [aSnapshot],
    ...over,
  });
}

const aSnapshot = {
  file: 'prox-ops-run42.etcd.age',
  takenAt: at(40),
  from: 'k8s-ctrl-1',
  bytes: 20_000_000,
  sha256: 'b'.repeat(64),
  revision: 4711,
  keys: 900,
  proven: true,
};

/** A worker booted its old version again, and a person must decide. */
export function haltedRun(over: Partial<RunView> = {}): RunView {
  const stopped = aNode('k8s-work-2', {
    state: 'halted',
    attempt: 1,
    startedAt: at(830),
    endedAt: at(1_100),
    steps: stepsTo('await-boot', 830, true),
    reason: { kind: 'back-on-old-version', node: 'k8s-work-2', version: 'v1.12.1', wanted: 'v1.12.6' },
    failedStep: 'await-boot',
    leftAs: 'back-on-old',
    cordoned: true,
  });
  return aRunView({
    nodes: [...done, stopped, aNode('k8s-work-3')],
    halts: [{ since: at(1_100), until: at(1_100 + 86_400), endedAt: undefined }],
    snapshots: [aSnapshot],
    ...over,
  });
}

/** A plan that waits for approval. */
export function askingRun(over: Partial<RunView> = {}): RunView {
  const view = aRunView({
    work: [{ ...aStepWork('snapshot', 0), name: 'plan', endedAt: at(8) }],
    ...over,
  });
  const needs = [{ kind: 'delta', why: 'v1.12.1 to v2.0.0 is a major version' }] as const;
  const hash = '3f2a8c91d0aa'.padEnd(64, '0');
  return {
    ...view,
    plan: view.plan && { ...view.plan, hash, approvals: needs },
    approval: {
      plan: hash,
      needs,
      since: at(8),
      until: at(8 + 86_400),
      endedAt: undefined,
      answer: undefined,
    },
  };
}

/** The page's data in a test: views in memory, which a test may replace. */
export interface Scene {
  readonly runs: Map<string, RunView>;
  queues: ObservedQueue[];
  lines: Map<string, RunLine[]>;
  workers: boolean;
  /** ISO time of a worker's last poll. */
  workersSeen?: string;
  unreachable: boolean;
}

export function aScene(...views: readonly RunView[]): Scene {
  const clusters = [...new Set(views.map(({ cluster }) => cluster))];
  return {
    runs: new Map(views.map((view) => [`${view.cluster}/${view.run}`, view])),
    queues: clusters.map((cluster) => queueOf(views.filter((view) => view.cluster === cluster))),
    lines: new Map(
      clusters.map((cluster) => [cluster, linesOf(views.filter((view) => view.cluster === cluster))]),
    ),
    workers: true,
    unreachable: false,
  };
}

/** The memo that the queue would have: its open run, or the hold of its last one. */
function queueOf(views: readonly RunView[]): ObservedQueue {
  const last = views.reduce((newest, view) => (view.run > newest.run ? view : newest));
  const { cluster, run, outcome, target, startedAt, reasons, endedAt } = last;
  const holds = outcome === 'halted' || outcome === 'aborted' || outcome === 'terminated';
  return {
    cluster,
    running: true,
    memo: {
      lastRun: run,
      open: outcome ? null : { run, target, since: startedAt },
      hold: holds ? { run, since: endedAt ?? startedAt, outcome, reasons } : null,
    },
  };
}

/** The newest first. */
function linesOf(views: readonly RunView[]): RunLine[] {
  return views.map(lineOf).toSorted((one, other) => other.run - one.run);
}

function lineOf({ run, target, outcome, startedAt, endedAt }: RunView): RunLine {
  return {
    run,
    target,
    outcome: outcome ?? 'open',
    phase: undefined,
    waitingFor: undefined,
    startedAt,
    endedAt,
  };
}

/** A source with the current content of a scene. */
export function sourceOf(scene: Scene): PageSource {
  const answer = async <T>(value: T): Promise<T> => {
    if (scene.unreachable)
      throw new SourceUnreachable('Temporal at 127.0.0.1:7233', new Error('ECONNREFUSED'));
    return value;
  };
  return {
    clusters: () => answer(scene.queues),
    cluster: (name) => answer(scene.queues.find(({ cluster }) => cluster === name)),
    lastRuns: (cluster, last) => answer((scene.lines.get(cluster) ?? []).slice(0, last)),
    run: (cluster, run) => answer(scene.runs.get(`${cluster}/${run}`)),
    workers: () =>
      answer({
        taskQueue: 'slipway',
        answering: scene.workers,
        lastSeen: scene.workersSeen,
        startWith: 'node dist/programs/worker.js',
      }),
    webUi: (workflowId) =>
      `http://127.0.0.1:8233/namespaces/slipway/workflows/${encodeURIComponent(workflowId)}`,
  };
}
