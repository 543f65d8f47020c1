import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runId } from '../../src/workflows/messages.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from './a-temporal.js';
import { slipway, startSlipway, type Ended } from './run-slipway.js';

/** A real Temporal with an enqueued run, and no worker. */
const cluster = 'prox-ops';
const example = path.join(projectRoot, 'examples', cluster, 'slipway.yaml');
const startMs = 60_000;

let temporal: WorkerlessTemporal;

const typed = (...args: readonly string[]): Promise<Ended> => slipway(args, { env: temporal.env });

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
  await temporal.enqueueRun(cluster, 7);
}, startMs);

afterAll(() => temporal.stop());

test('upgrade says that no worker responds, what to start, and that nothing was started', async () => {
  const { code, stderr } = await typed('upgrade', '-f', example);
  expect(stderr).toMatch(
    /No worker answers on task queue slipway\. Nothing was started\.\nStart one: node .*worker/,
  );
  expect(code).toBe(3);
});

test('status shows the open run and that no worker polls', async () => {
  const { code, stdout } = await typed('status', cluster);
  expect(stdout).toContain('prox-ops: run 7 is open, to Talos v1.12.6.');
  expect(stdout).toMatch(/run 7 {2}prox-ops {2}Talos → v1\.12\.6/);
  expect(stdout).toContain('! No worker answers on task queue slipway');
  expect(code).toBe(0);
});

test('status prints JSON for scripts', async () => {
  const { stdout } = await typed('status', cluster, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    cluster,
    queue: { running: true, lastRun: 7, open: { run: 7 } },
    workers: { taskQueue: 'slipway', answering: false },
    run: { target: 'v1.12.6', requestedBy: 'ada@bench', startedAt: expect.any(String), nodes: [] },
  });
});

test('status without a cluster and without a file lists every cluster', async () => {
  const { code, stdout } = await typed('status', '-f', '/nonexistent/slipway.yaml');
  expect(stdout).toBe('prox-ops: run 7 is open, to Talos v1.12.6.\n');
  expect(code).toBe(0);
});

test('status of an unknown cluster names the known ones', async () => {
  const { code, stderr } = await typed('status', 'atlas');
  expect(stderr).toMatch(/atlas[^]*prox-ops/);
  expect(code).toBe(2);
});

test.each([
  [['watch', 'prox-ops/9'], /prox-ops has had no run 9: its last one is run 7\./],
  [['report', 'prox-ops/3'], /Temporal no longer keeps run 3 of prox-ops/],
  [['abort', 'prox-ops/3', '--why', 'x'], /Temporal no longer keeps run 3 of prox-ops/],
  [['watch', 'what?'], /"what\?" names no run\./],
  [['watch', '7', '-f', '/nonexistent/slipway.yaml'], /Which cluster\?/],
])('%j is answered with a sentence', async (args, expected) => {
  const { code, stderr } = await typed(...args);
  expect(stderr).toMatch(expected);
  expect(code).toBe(2);
});

test('release says that no worker responds, and that the cluster is not held', async () => {
  const { code, stderr } = await typed('release', cluster, '--why', 'x');
  expect(stderr).toContain('No worker answers on task queue slipway. prox-ops is not held.');
  expect(code).toBe(3);
});

test('report of an open run says that it is incomplete', async () => {
  const { code, stdout } = await typed('report', 'prox-ops/7');
  expect(stdout).toMatch(/^# Run 7 of prox-ops\n\nThe run is still open/);
  expect(code).toBe(0);
});

test('Ctrl-C ends watch but not the run, and says so', async () => {
  const { child, ended } = startSlipway(['watch', 'prox-ops/7'], { env: temporal.env });
  child.stdout?.once('data', () => child.kill('SIGINT'));
  const { code, stderr } = await ended;
  expect(stderr).toContain(
    'The run goes on without this window. To look again, type: slipway watch prox-ops/7',
  );
  expect(code).toBe(130);
});

test('abort records a cancel with who and why for the next worker; watch reports it, and ends with the run', async () => {
  const watching = typed('watch', 'prox-ops/7');
  const { code, stderr, stdout } = await typed('abort', 'prox-ops/7', '--why', 'wrong image');
  expect(stderr).toContain('A cancel is recorded instead: run 7 stops as soon as a worker is back.');
  expect(stdout).toContain('Run 7 of prox-ops is being aborted.');
  expect(code).toBe(0);
  await temporal.client.workflow.getHandle(runId(cluster, 7)).terminate('tidying up');
  const watched = await watching;
  expect(watched.stdout).toMatch(/run 7 of prox-ops: Talos v1\.12\.6, asked for by ada@bench/);
  expect(watched.stdout).toMatch(/abort asked for by a cancel: .*wrong image/);
  expect(watched.stdout).toMatch(/run 7 terminated from outside/);
  expect(watched.code).toBe(1);
});
