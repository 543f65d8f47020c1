import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunReport } from '../../src/planning/report/run-report.js';
import { queueId, runId, workflowTypes, type QueueMemo } from '../../src/workflows/messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from './a-temporal.js';
import { slipway, type Ended } from './run-slipway.js';

/** A real Temporal with one cluster's queue, a terminated run and an open run, and no worker. */
const cluster = 'prox-ops';
const since = new Date().toISOString();
let temporal: WorkerlessTemporal;

const typed = (...args: readonly string[]): Promise<Ended> => slipway(args, { env: temporal.env });

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
  const { workflow } = temporal.client;
  const hold = { run: 6, since, outcome: 'terminated', reasons: [{ kind: 'terminated' }] } as const;
  const queue: QueueMemo = { hold, open: { run: 7, target: 'v1.12.6', since }, lastRun: 7 };
  const common = { taskQueue: 'slipway', args: [], memo: { queue } };
  await workflow.start(workflowTypes.queue, { ...common, workflowId: queueId(cluster) });
  await temporal.startRun(cluster, 6);
  await workflow.getHandle(runId(cluster, 6)).terminate('tidying up');
  await temporal.startRun(cluster, 7);
  // A cluster whose name has the same prefix has its own runs.
  await workflow.start(workflowTypes.run, { ...common, workflowId: runId(`${cluster}-2`, 1) });
});

afterAll(() => temporal.stop());

const answer = ['--plan', '3f2a8c91d0aa', '--by', 'Ada'];

test.each([
  ['pause', 'paused', []],
  ['resume', 'resumed', []],
  ['approve', 'approved', answer],
  ['reject', 'rejected', answer],
])(
  '%s says that no worker answers and that nothing is recorded, and records nothing',
  async (command, done, more) => {
    const { code, stderr, stdout } = await typed(command, 'prox-ops/7', '--why', 'the backup runs', ...more);
    expect(stderr).toContain('No worker answers on task queue slipway.');
    expect(stderr).toContain(`Run 7 of prox-ops was not ${done}: nothing is recorded`);
    expect(stderr).toMatch(/Start one: node .*; then type it again\./);
    expect([code, stdout]).toEqual([3, '']);
    const { events } = await temporal.client.workflow.getHandle(runId(cluster, 7)).fetchHistory();
    expect(events?.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
  },
);

test.each(['pause', 'resume'])('%s of a run that has ended says so, and what to read', async (command) => {
  const { code, stderr } = await typed(command, 'prox-ops/6', '--why', 'x');
  expect(stderr).toContain('Run 6 of prox-ops has ended already. What it left: slipway report prox-ops/6');
  expect(code).toBe(1);
});

test.each(['pause', 'resume'])('%s needs a reason', async (command) => {
  const { code, stderr } = await typed(command, 'prox-ops/7', '--why', ' ');
  expect(stderr).toContain(`A ${command} needs a reason`);
  expect(code).toBe(2);
});

test('queue shows the open run, the hold with what to type, and the last runs, the newest first', async () => {
  const { code, stdout, stderr } = await typed('queue');
  expect(stdout).toContain('● run 7 to Talos v1.12.6');
  expect(stdout).toContain('waits for a worker to begin it');
  expect(stdout).toContain('slipway release prox-ops --why "…"');
  expect(stdout).toMatch(/run 7 .* open[^]*run 6 .* terminated/);
  expect(stderr).toContain('No worker answers on task queue slipway');
  expect(code).toBe(0);
});

test('queue prints JSON for one cluster, with the requested number of runs', async () => {
  const { stdout } = await typed('queue', cluster, '--json', '--last', '1');
  expect(JSON.parse(stdout)).toMatchObject({
    clusters: [
      {
        cluster,
        running: true,
        open: { run: 7, target: 'v1.12.6', waitsFor: 'a worker to begin it', phase: null },
        hold: { run: 6, outcome: 'terminated', advice: expect.any(Array) },
        runs: [{ run: 7, outcome: 'open' }],
      },
    ],
    workers: { answering: false },
  });
});

test.each([
  [['queue', 'atlas'], /atlas[^]*prox-ops/],
  [['queue', '--last', '0'], /--last takes a number from 1 to 1000, and "0" is none\./],
])('%j is answered with a sentence', async (args, expected) => {
  const { code, stderr } = await typed(...args);
  expect(stderr).toMatch(expected);
  expect(code).toBe(2);
});

test('report of a terminated run says that it has no result', async () => {
  const { stdout } = await typed('report', 'prox-ops/6');
  expect(stdout).toContain('The run is terminated from outside, and left no result of its own.');
  expect(stdout).toContain('The run never came to one.');
});

test('report of an open run is a document for scripts, too', async () => {
  const { stdout } = await typed('report', 'prox-ops/7', '--json');
  const report = JSON.parse(stdout) as RunReport;
  expect(report).toMatchObject({ schema: 1, run: 7, outcome: 'open', endedAt: null, plan: null, nodes: [] });
  expect(report.now[0]).toMatch(/decides what comes next/);
});
