import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { pollRecord, idOfMove } from '../../src/starter/poll-record.js';
import { startDelivery } from '../../src/starter/start-delivery.js';
import { startStarter, type StarterEvent } from '../../src/starter/starter.js';
import { deliveryWorkflowId, type Delivery } from '../../src/workflows/delivery-messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { aPush, aRepository, goodSettings, signatureOf } from './a-starter.js';
import { until } from '../until.js';

const taskQueue = 'nobody-polls';
const secret = 'a-secret-of-thirty-two-characters';

const aDelivery = (id: string): Delivery => ({
  schema: 1,
  id,
  repository: aRepository(),
  receivedAt: '2026-11-23T12:00:00.000Z',
  via: 'webhook',
  event: {
    kind: 'push',
    branch: 'main',
    before: 'a'.repeat(40),
    after: 'b'.repeat(40),
    forced: false,
    by: 'a_b',
  },
});

async function post(port: number, payload: unknown, id: string): Promise<Response> {
  const body = JSON.stringify(payload);
  return fetch(`http://127.0.0.1:${port}/webhooks/github`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': signatureOf(secret, body),
    },
  });
}

describe('a real Temporal without a worker', () => {
  let temporal: WorkerlessTemporal;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-starter-'));
    await writeFile(path.join(folder, 'secret'), `${secret}\n`);
    temporal = await startWorkerlessTemporal();
  });
  afterAll(async () => {
    await temporal.stop();
    await rm(folder, { recursive: true });
  });

  test('takes a delivery once, and keeps what it is', async () => {
    const id = randomUUID();
    const target = { client: temporal.client, taskQueue };
    expect(await startDelivery(target, aDelivery(id))).toBe('accepted');
    expect(await startDelivery(target, aDelivery(id))).toBe('duplicate');
    const found = await temporal.client.workflow.getHandle(deliveryWorkflowId(id)).describe();
    expect(found).toMatchObject({ type: 'deliver', status: { name: 'RUNNING' }, taskQueue });
    expect(found.memo).toEqual({
      delivery: { repository: 'acme/home-ops', via: 'webhook', what: 'push to main by a_b' },
    });
  });

  test('takes one that has ended no second time', async () => {
    const id = randomUUID();
    const target = { client: temporal.client, taskQueue };
    await startDelivery(target, aDelivery(id));
    await temporal.client.workflow.getHandle(deliveryWorkflowId(id)).terminate();
    expect(await startDelivery(target, aDelivery(id))).toBe('duplicate');
  });

  test('keeps the commit at which a poll found the branch', async () => {
    const record = pollRecord(temporal.client);
    const repository = aRepository({ name: 'acme/remembered' });
    expect(await record.lastSeen(repository)).toBeUndefined();
    let last = await record.lastSeen(repository);
    for (const [index, digit] of ['1', '2', '3'].entries()) {
      const head = digit.repeat(40);
      const id = idOfMove(repository, last, head);
      const seen = { branch: 'main', head, count: index + 1 };
      await startDelivery({ client: temporal.client, taskQueue }, { ...aDelivery(id), repository }, seen);
      // The newest ends first: what is open is listed before it.
      if (index === 2) await temporal.client.workflow.getHandle(deliveryWorkflowId(id)).terminate();
      last = await until('Temporal lists it', async () => {
        const found = await record.lastSeen(repository);
        return found?.head === head ? found : undefined;
      });
      expect(last).toMatchObject({ id, count: index + 1 });
    }
    expect(await record.lastSeen({ ...repository, branch: 'next' })).toBeUndefined();
    expect(await record.keepsMs()).toBe(86_400_000);
  });

  test('gets the webhooks and the polls of a whole starter', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', '-C', folder, ...args]);
    git('init', '-q', '-b', 'main', 'repository');
    git('-C', 'repository', 'commit', '-q', '--allow-empty', '-m', 'first');
    const heard = aRepository({ secrets: [{ file: 'secret' }], base: folder });
    const url = `file://${folder}/repository`;
    const polled = aRepository({
      name: 'home/polled',
      gitHost: 'git',
      url,
      trigger: ['poll'],
      poll: 200,
      access: undefined,
    });
    const events: StarterEvent[] = [];
    const settings = {
      ...goodSettings(),
      listen: { address: '127.0.0.1', port: 0 },
      repositories: [heard, polled],
    };
    const running = await startStarter({
      settings,
      client: temporal.client,
      taskQueue,
      tell: (event) => events.push(event),
    });
    const id = randomUUID();
    const answers = [await post(running.port ?? 0, aPush(), id), await post(running.port ?? 0, aPush(), id)];
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([
      { verdict: 'accepted' },
      { verdict: 'duplicate' },
    ]);
    const polls = () => events.filter(({ kind }) => kind === 'found');
    await until('Temporal lists it', async () => (polls().length === 1 ? true : undefined));
    git('-C', 'repository', 'commit', '-q', '--allow-empty', '-m', 'second');
    await until('Temporal lists it', async () => (polls().length === 2 ? true : undefined));
    await running.stop('enough');
    expect(events.at(-1)).toEqual({ kind: 'stopped', why: 'enough' });
    await expect(post(running.port ?? 0, aPush(), randomUUID())).rejects.toThrow('fetch failed');
    // Another poll continues from there, once that is listed.
    const record = pollRecord(temporal.client);
    await until('Temporal lists it', async () =>
      (await record.lastSeen(polled))?.count === 2 ? true : undefined,
    );
    const again = await startStarter({
      settings,
      client: temporal.client,
      taskQueue,
      tell: (event) => events.push(event),
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await again.stop('enough');
    expect(polls()).toMatchObject([{ verdict: 'accepted' }, { verdict: 'accepted' }]);
  });
});

test('without Temporal a webhook is answered with 503 in time, and so is who asks whether it is ready', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-starter-'));
  await writeFile(path.join(folder, 'secret'), secret);
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const heard = aRepository({ secrets: [{ file: 'secret' }], base: folder });
  const running = await startStarter({
    settings: { ...goodSettings(), listen: { address: '127.0.0.1', port: 0 }, repositories: [heard] },
    client: new Client({ connection, namespace: 'slipway' }),
    taskQueue,
    tell: () => undefined,
  });
  const answer = await post(running.port ?? 0, aPush(), randomUUID());
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('60');
  expect((await fetch(`http://127.0.0.1:${running.port}/readyz`)).status).toBe(503);
  expect((await fetch(`http://127.0.0.1:${running.port}/healthz`)).status).toBe(200);
  await running.stop('enough');
  await connection.close();
  await rm(folder, { recursive: true });
});

test('a secret that cannot be read keeps the starter from starting', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const heard = aRepository({ secrets: [{ file: 'nothing-here' }], base: '/nonexistent' });
  const start = startStarter({
    settings: { ...goodSettings(), listen: { address: '127.0.0.1', port: 0 }, repositories: [heard] },
    client: new Client({ connection }),
    taskQueue,
    tell: () => undefined,
  });
  await expect(start).rejects.toMatchObject({
    reason: { kind: 'credential-unreadable', reference: 'file nothing-here' },
  });
  await connection.close();
});
