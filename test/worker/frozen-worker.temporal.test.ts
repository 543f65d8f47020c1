import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import type { steps } from './steps-workflow.js';

const { TaskQueueType, TimeoutType } = proto.temporal.api.enums.v1;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const count = 20;

let temporal: WorkerlessTemporal;
let folder = '';
const workers: ChildProcess[] = [];

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-frozen-'));
  const { code } = await bundleWorkflowCode({
    workflowsPath: here('steps-workflow.js'),
    logger: new DefaultLogger('ERROR'),
  });
  await writeFile(path.join(folder, 'bundle.js'), code);
});

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await temporal?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A worker that has polls open. `held`: the step that it holds. */
async function polling(held?: number): Promise<ChildProcess> {
  const args = [here('steps-worker.js'), path.join(folder, 'bundle.js')];
  const worker = spawn(process.execPath, held === undefined ? args : [...args, String(held)], {
    env: { ...process.env, ...temporal.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  for (const taskQueueType of [
    TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
  ])
    // oxlint-disable-next-line no-await-in-loop -- until both are there
    while (!(await polls(worker, taskQueueType))) await pause(50);
  return worker;
}

async function polls(
  worker: ChildProcess,
  taskQueueType: proto.temporal.api.enums.v1.TaskQueueType,
): Promise<boolean> {
  const { workflowService } = temporal.client;
  const taskQueue = { name: 'steps' };
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: temporal.namespace,
    taskQueue,
    taskQueueType,
  });
  return pollers.some(({ identity }) => identity === `steps-worker#${worker.pid}`);
}

const begin = (workflowId: string) =>
  temporal.client.workflow.start<typeof steps>('steps', { workflowId, taskQueue: 'steps', args: [count] });

/** Attempts of activities that ended in a timeout, and workflow tasks that a worker took and never answered. */
async function lost(handle: WorkflowHandle): Promise<{ attempts: number; decisions: number }> {
  const { events } = await handle.fetchHistory();
  const all = events ?? [];
  const attempts = all.flatMap(({ activityTaskStartedEventAttributes: one }) =>
    one ? [Number(one.attempt) - 1] : [],
  );
  const decisions = all.filter(
    ({ workflowTaskTimedOutEventAttributes: one }) =>
      one?.timeoutType === TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE,
  );
  return { attempts: attempts.reduce((sum, one) => sum + one, 0), decisions: decisions.length };
}

describe('a worker that freezes while another one is up', () => {
  let frozen: ChildProcess;
  let other: ChildProcess;

  it('loses the attempt that it was at, and takes no other with it', async () => {
    frozen = await polling(3);
    const handle = await begin('at-work');
    await once(frozen.stdout ?? frozen, 'data');
    other = await polling();
    frozen.kill('SIGSTOP');
    const by = await handle.result();
    expect(by).toEqual(Array.from({ length: count }, (_, index) => (index < 3 ? frozen : other).pid));
    expect(await lost(handle)).toEqual({ attempts: 1, decisions: 0 });
  });

  it('gets work again when it lives again', async () => {
    frozen.kill('SIGCONT');
    // In order, so that it cancels its open polls: a killed worker's polls may still be given a task.
    other.kill('SIGTERM');
    await once(other, 'exit');
    const handle = await begin('lives-again');
    expect(await handle.result()).toEqual(Array.from({ length: count }, () => frozen.pid));
    expect(await lost(handle)).toEqual({ attempts: 0, decisions: 0 });
  });

  it('takes one task at most with it while it waits for work', async () => {
    await polling();
    frozen.kill('SIGSTOP');
    const handle = await begin('idle');
    await handle.result();
    const { attempts, decisions } = await lost(handle);
    expect(attempts + decisions).toBeLessThanOrEqual(1);
  });
});
