import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { projectRoot } from '../../src/tools/project-root.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { activityByHand, type ActivityByHand } from './an-activity.js';

const program = fileURLToPath(new URL('waiting-worker.js', import.meta.url));
const main = path.join(projectRoot, 'dist/programs/worker.js');
const started = 2;
const scheduled = 1;

let temporal: WorkerlessTemporal;
let byHand: ActivityByHand;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
});

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await temporal?.stop();
});

/** A worker process that has begun the activity, and with it a child process. */
async function begun(what: 'looks' | 'sends'): Promise<{ worker: ChildProcess; child: number }> {
  byHand = activityByHand(temporal.client.connection as Connection, temporal.namespace, what);
  await byHand.schedule(`${what}/1`, false);
  const worker = spawn(process.execPath, [program, what], {
    env: { ...process.env, ...temporal.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  const [said] = (await once(worker.stdout ?? worker, 'data')) as [Buffer];
  return { worker, child: Number(String(said)) };
}

async function ended(worker: ChildProcess): Promise<unknown> {
  return worker.exitCode ?? ((await once(worker, 'exit')) as unknown[])[0];
}

/** Whether a process runs. */
function runs(pid: number): boolean {
  try {
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? 'X');
  } catch {
    return false;
  }
}

describe('a worker that is stopped (SIGTERM)', () => {
  it('ends at once while it connects to Temporal', async () => {
    // Nothing listens on the discard port.
    const env = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:9' };
    const worker = spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'pipe'] });
    workers.push(worker);
    const [said] = (await once(worker.stderr ?? worker, 'data')) as [Buffer];
    expect(String(said)).toContain('Temporal does not answer');
    worker.kill('SIGTERM');
    expect(await ended(worker)).toBe(0);
  });

  it('hands off at once what it waits for, to be retried, and ends its child process', async () => {
    const { worker, child } = await begun('looks');
    expect(runs(child)).toBe(true);
    worker.kill('SIGTERM');
    expect(await ended(worker)).toBe(0);
    expect(runs(child)).toBe(false);
    expect(await byHand.pending('looks/1')).toMatchObject({ state: scheduled, attempt: 2 });
  });

  it('stays for the answer to a request that is on its way, and reports the result', async () => {
    const { worker, child } = await begun('sends');
    const cancelled = once(worker.stdout ?? worker, 'data');
    worker.kill('SIGTERM');
    expect(String(((await cancelled) as [Buffer])[0])).toBe('the activity is cancelled\n');
    expect(runs(child)).toBe(true);
    expect(await byHand.pending('sends/1')).toMatchObject({ state: started, attempt: 1 });
    process.kill(child, 'SIGUSR1');
    expect(await ended(worker)).toBe(0);
    expect(await byHand.pending('sends/1')).toMatchObject({ state: Number.NaN });
  });
});
