import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { identify } from '../../src/tools/process-identity.js';
import { takeOver } from '../../src/worker/take-over.js';
import { ownWorkerIdentity, ownWorkerName, type WorkerIdentity } from '../../src/worker/worker-identity.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { activityByHand, type ActivityByHand } from './an-activity.js';

let namespace = '';
const [scheduled, started] = [1, 2];
let temporal: WorkerlessTemporal;
let connection: Connection;

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
  namespace = temporal.namespace;
  connection = temporal.client.connection as Connection;
});

afterAll(() => temporal?.stop());

function own(): WorkerIdentity {
  const found = ownWorkerIdentity();
  if (!found) throw new Error('/proc is unreadable');
  return found;
}

/** The name of a worker that was killed on this machine. */
async function deadWorker(): Promise<{ name: string; pid: number }> {
  const child = spawn('/bin/sleep', ['60']);
  await once(child, 'spawn');
  const found = identify(child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const { host, place } = own();
  return { name: `slipway-worker@${host}:${place}:${found?.startTime}#${found?.pid}`, pid: found?.pid ?? 0 };
}

/** Waits for the visibility store, which lags behind. */
async function seen(taskQueue: string, count: number): Promise<void> {
  const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  while ((await temporal.client.workflow.count(query)).count < count) await pause(50);
}

const said: string[] = [];
const over = (taskQueue: string): Promise<number> =>
  takeOver({ connection, namespace, taskQueue, own: own(), say: (line) => said.push(line) });

describe('what a worker of this machine had begun', () => {
  it('is handed off to the next one at once when it is dead, and says so', async () => {
    const byHand = activityByHand(connection, namespace, 'dead');
    const { name, pid } = await deadWorker();
    await begin(byHand, 'dead/1', name);
    await seen('dead', 1);
    expect(await byHand.pending('dead/1')).toMatchObject({ state: started, attempt: 1 });
    expect(await over('dead')).toBe(1);
    const lastFailure = `the worker that did this is gone (pid ${pid} on ${own().host}); taken over at once`;
    expect(await byHand.pending('dead/1')).toEqual({ state: scheduled, attempt: 2, lastFailure });
    expect(said).toEqual([`byHand of dead/1: ${lastFailure}`]);
    expect(await over('dead')).toBe(0);
  });

  it('is left alone while it lives, and where it cannot be known', async () => {
    const byHand = activityByHand(connection, namespace, 'alive');
    const { name } = await deadWorker();
    const elsewhere = name.replace(own().place, '0123456789abcdef');
    const workers = [ownWorkerName(), elsewhere, `slipway-worker@${own().host}#1`];
    for (const [index, worker] of workers.entries())
      // oxlint-disable-next-line no-await-in-loop -- one queue for all: each takes its own
      await begin(byHand, `alive/${index}`, worker);
    await seen('alive', workers.length);
    expect(await over('alive')).toBe(0);
    for (const index of workers.keys())
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect(await byHand.pending(`alive/${index}`)).toMatchObject({ state: started, attempt: 1 });
  });

  it('is left alone before it has begun', async () => {
    const byHand = activityByHand(connection, namespace, 'queued');
    await byHand.schedule('queued/1', false);
    await seen('queued', 1);
    expect(await over('queued')).toBe(0);
    expect(await byHand.pending('queued/1')).toMatchObject({ state: scheduled, attempt: 1 });
  });
});

describe('Temporal as Slipway starts it', () => {
  it('gives a worker its next step with the answer to its decision', async () => {
    const byHand = activityByHand(connection, namespace, 'eager');
    expect(await byHand.schedule('eager/1', true)).toBe(1);
    expect(await byHand.pending('eager/1')).toMatchObject({ state: started });
  });
});

async function begin(byHand: ActivityByHand, workflowId: string, worker: string): Promise<void> {
  await byHand.schedule(workflowId, false);
  await byHand.takeAs(worker);
}
