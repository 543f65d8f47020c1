import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { isRunning, signalProcess } from '../../src/tools/process-identity.js';
import { until } from '../until.js';
import { AServe } from './a-serve.js';

const namespace = 'slipway';

/** Covered only here: `slipway serve` when one of its processes, or the command itself, is killed. */
describe('slipway serve', () => {
  let folder: string;
  let data: string;
  const started: AServe[] = [];

  const start = async (...how: Parameters<typeof AServe.start>): Promise<AServe> => {
    const one = await AServe.start(...how);
    started.push(one);
    return one;
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-serve-'));
    data = path.join(folder, 'data');
  });

  afterEach(async () => {
    for (const one of started.splice(0)) {
      one.signal('SIGKILL');
      await one.end();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts, prepares the namespace, says where things are, and stops in order', async () => {
    // A profile with another Temporal must not affect its worker.
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_API_KEY: 'for another Temporal' };
    const serve = await start(data, { env });
    const { temporal, worker } = await serve.serving();
    expect(await serve.reported('serving')).toMatchObject({
      address: serve.address,
      webUi: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/namespaces\/slipway\/workflows$/),
      settings: { TEMPORAL_ADDRESS: serve.address },
    });
    const { webUi } = await serve.reported('serving');
    expect((await fetch(webUi)).status).toBe(200);
    await withClient(serve, async ({ connection, workflowService }) => {
      const { config } = await workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 86_400);
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes ?? {})).toContain('SlipwayPhase');
    });
    expect(readFileSync(path.join(data, 'temporal.db.version'), 'utf8')).toMatch(/^\d+\.\d+\.\d+\n$/);
    serve.signal('SIGTERM');
    expect(await serve.end()).toBe(0);
    const ends = serve.events.flatMap((each) => (each.event === 'stopped' ? [each] : []));
    expect(ends).toMatchObject([
      { service: 'worker', how: 'exit code 0' },
      { service: 'temporal', how: 'exit code 0' },
    ]);
    expect([temporal, worker].filter(isRunning)).toEqual([]);
    expect(existsSync(path.join(data, 'serve.lock'))).toBe(false);
  });

  it('restarts a killed worker, and it polls', async () => {
    const serve = await start(data);
    const { worker } = await serve.serving();
    const from = serve.events.length;
    signalProcess(worker, 'SIGKILL');
    expect(await serve.reported('ended', { from })).toMatchObject({ service: 'worker', how: 'SIGKILL' });
    await serve.reported('ready', { service: 'worker', from });
    const { pid } = serve.identity('worker');
    expect(pid).not.toBe(worker.pid);
    expect(await pollers(serve)).toContainEqual(expect.stringMatching(new RegExp(`#${pid}$`)));
  });

  it('restarts a killed Temporal on the same history, and the worker polls it', async () => {
    const serve = await start(data);
    const { temporal, worker } = await serve.serving();
    const workflowId = 'kept';
    await withClient(serve, ({ workflow }) =>
      workflow.start('nobody-knows-it', { workflowId, taskQueue: 'nobody-polls-it' }),
    );
    const from = serve.events.length;
    signalProcess(temporal, 'SIGKILL');
    expect(await serve.reported('ended', { from })).toMatchObject({ service: 'temporal', how: 'SIGKILL' });
    await serve.reported('ready', { service: 'temporal', from });
    await serve.reported('ready', { service: 'worker', from });
    const { status } = await withClient(serve, ({ workflow }) => workflow.getHandle(workflowId).describe());
    expect(status.name).toBe('RUNNING');
    expect(serve.identity('temporal').pid).not.toBe(temporal.pid);
    // The worker's activities continue: the worker was not stopped.
    expect(serve.identity('worker')).toEqual(worker);
    expect(await pollers(serve)).toContainEqual(expect.stringMatching(new RegExp(`#${worker.pid}$`)));
  });

  it('leaves no child process when it is killed itself, and restarts on the same data', async () => {
    const serve = await start(data);
    const { temporal, worker } = await serve.serving();
    serve.signal('SIGKILL');
    expect(await serve.end()).toBe('SIGKILL');
    await until('its children are gone', () => ![temporal, worker].some(isRunning));
    expect(existsSync(path.join(data, 'serve.lock'))).toBe(true);
    const next = await start(data);
    await next.serving();
    expect(next.events).not.toContainEqual(expect.objectContaining({ event: 'note' }));
  });

  it('refuses a second one on the same data, and the first keeps running', async () => {
    const serve = await start(data);
    const { worker, temporal } = await serve.serving();
    const second = await start(data);
    expect(await second.end()).toBe(1);
    expect(second.stderr).toMatch(
      /^slipway serve runs already on .*data \(pid \d+ on .*\)\.\nTo stop that one: kill \d+\./,
    );
    expect([temporal, worker].every(isRunning)).toBe(true);
  });

  it('waits for a Temporal that still locks the folder, whoever started it', async () => {
    const holder = spawn('flock', ['--no-fork', folder, 'sleep', '600'], { stdio: 'ignore' });
    try {
      const serve = await start(folder);
      expect(await serve.reported('ended')).toMatchObject({ how: `another Temporal still uses ${folder}` });
      holder.kill('SIGKILL');
      await serve.serving();
    } finally {
      holder.kill('SIGKILL');
    }
  });
});

async function withClient<T>(serve: AServe, act: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: serve.address });
  try {
    return await act(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

function pollers(serve: AServe): Promise<string[]> {
  return withClient(serve, async ({ workflowService }) => {
    const answer = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'slipway' } });
    return (answer.pollers ?? []).map(({ identity }) => identity ?? '');
  });
}
