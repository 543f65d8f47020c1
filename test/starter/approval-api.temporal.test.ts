import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startStarter } from '../../src/starter/starter.js';
import { runId, workflowTypes } from '../../src/workflows/messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { goodSettings } from './a-starter.js';

const ci = 'a-token-of-ci-that-nobody-guesses';
const good = { plan: '3f2a8c91d0aa', why: 'the fix is urgent' };

let temporal: WorkerlessTemporal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-api-'));
  await writeFile(path.join(folder, 'ci'), `${ci}\n`);
  temporal = await startWorkerlessTemporal();
});
afterAll(async () => {
  await temporal.stop();
  await rm(folder, { recursive: true });
});

test('a whole starter has the API where starter.yaml names a token, and says what it cannot do', async () => {
  const { client } = temporal;
  await client.workflow.start(workflowTypes.run, {
    workflowId: runId('prox-ops', 7),
    taskQueue: 'nobody',
    args: [],
  });
  const token = { name: 'ci', token: { file: 'ci' }, may: ['approve' as const] };
  const running = await startStarter({
    settings: {
      ...goodSettings(),
      listen: { address: '127.0.0.1', port: 0 },
      repositories: [],
      tokens: [token],
      base: folder,
    },
    client,
    taskQueue: 'nobody',
    tell: () => undefined,
  });
  const ask = (run: number) =>
    fetch(`http://127.0.0.1:${running.port}/api/clusters/prox-ops/runs/${run}/approve`, {
      method: 'POST',
      body: JSON.stringify(good),
      headers: { authorization: `Bearer ${ci}`, 'content-type': 'application/json' },
    });
  expect((await ask(8)).status).toBe(404);
  const unanswered = await ask(7);
  expect(unanswered.status).toBe(503);
  expect(await unanswered.text()).toContain('nothing was sent');
  await client.workflow.getHandle(runId('prox-ops', 7)).terminate();
  expect((await ask(7)).status).toBe(409);
  await running.stop('enough');
});
