import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import {
  sendNotification,
  type NotificationSent,
  type SendNotification,
} from '../../src/activities/send-notification.js';
import type { Receiver } from '../../src/inventory/notify.js';
import type { RunInput } from '../../src/workflows/messages.js';
import { everyMessage } from '../planning/messages/every-message.js';
import { aService, type Answers, type Service } from '../tools/notify/a-service.js';
import { runAttempt, type Attempt } from './an-activity.js';

let base: string;
const services: Service[] = [];
const hosts = { discord: 'discord.com', ntfy: 'ntfy.sh' } as const;
const dialMap: Record<string, string> = {};

const discord: Receiver = { discord: { webhook: { file: 'discord' } } };
const ntfy: Receiver = { ntfy: { topic: { file: 'topic' } } };

beforeAll(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'slipway-notify-'));
  await writeFile(path.join(base, 'discord'), 'https://discord.com/api/webhooks/1/hunter2\n');
  await writeFile(path.join(base, 'topic'), 'hunter3\n');
});
afterAll(async () => rm(base, { recursive: true }));
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end()));
});

async function serve(name: keyof typeof hosts, answers: Answers): Promise<Service> {
  const service = await aService(answers);
  services.push(service);
  dialMap[hosts[name]] = service.origin;
  return service;
}

const wellDiscord: Answers = (_came, count) => ({ status: 200, body: { id: String(count) } });
const wellNtfy: Answers = ({ json }) => ({
  status: 200,
  body: { id: 'x', sequence_id: json['sequence_id'] },
});
const broken: Answers = () => ({ status: 403, body: {} });

function settings(
  inputOf: ActivitySettings['inputOf'] = () => Promise.reject(new Error('no run is known')),
): ActivitySettings {
  return { dialMap, credentialsFolder: undefined, inputOf } as unknown as ActivitySettings;
}

const attempt = (input: Partial<SendNotification>, how?: Attempt, own = settings()) =>
  runAttempt<NotificationSent>(
    () =>
      sendNotification(own, {
        message: everyMessage.halt,
        receivers: { notify: [discord, ntfy], base },
        ...input,
      }),
    how,
  );
const send = async (input: Partial<SendNotification> = {}, how?: Attempt): Promise<NotificationSent> =>
  attempt(input, how).ended;

describe('people are notified', () => {
  test('by every receiver that wants it, each with its own outcome', async () => {
    await serve('discord', wellDiscord);
    await serve('ntfy', broken);
    const { outcomes, nobody } = await send();
    expect(nobody).toBeUndefined();
    expect(outcomes).toMatchObject([
      { receiver: 'discord', outcome: 'delivered', message: '1' },
      { receiver: 'ntfy', outcome: 'failed', why: expect.stringContaining('403') },
    ]);
    expect(JSON.stringify(outcomes)).not.toMatch(/hunter/);
  });

  test('those who do not want it are not asked', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    const quiet = { ...discord, tell: ['critical' as const] };
    expect(
      (await send({ receivers: { notify: [quiet, ntfy], base } })).outcomes.map(({ receiver }) => receiver),
    ).toEqual(['ntfy']);
    expect(service.came).toEqual([]);
  });

  test('by the slipway.yaml of the run', async () => {
    await serve('discord', wellDiscord);
    const input = { inventory: { notify: [discord] }, base } as unknown as RunInput;
    const own = settings((cluster, run) =>
      cluster === 'prox-ops' && run === 42 ? Promise.resolve(input) : Promise.reject(new Error('none')),
    );
    const { outcomes } = await attempt({ receivers: { cluster: 'prox-ops', run: 42 } }, undefined, own).ended;
    expect(outcomes).toMatchObject([{ receiver: 'discord', outcome: 'delivered' }]);
  });

  test('not at all where the receivers are unknown, and that is a result', async () => {
    const answer = await send({ receivers: { cluster: 'prox-ops', run: 42 } });
    expect(answer).toEqual({ outcomes: [], state: { receivers: {} }, nobody: 'no run is known' });
  });

  test('not where a credential is missing, and that keeps none of the others waiting', async () => {
    await serve('ntfy', wellNtfy);
    const lost: Receiver = { discord: { webhook: { file: 'nowhere' } } };
    expect((await send({ receivers: { notify: [lost, ntfy], base } })).outcomes).toMatchObject([
      { receiver: 'discord', outcome: 'failed', attempts: 0, why: expect.stringContaining('file nowhere') },
      { receiver: 'ntfy', outcome: 'delivered' },
    ]);
  });

  test('only those named, where the others were notified before', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    expect((await send({ only: ['ntfy'] })).outcomes).toHaveLength(1);
    expect(service.came).toEqual([]);
  });

  test('the status message is edited from the second time on', async () => {
    const service = await serve('discord', ({ path: asked }, count) => ({
      status: 200,
      body: { id: /messages\/(\d+)/.exec(asked)?.[1] ?? String(count) },
    }));
    const first = await send({ message: everyMessage.board });
    expect(first.outcomes).toMatchObject([{ receiver: 'discord', outcome: 'delivered' }]);
    expect(first.state).toEqual({ receivers: { discord: { board: '1' } } });
    const second = await send({ message: { ...everyMessage.board, part: '8' }, state: first.state });
    expect(second.outcomes).toMatchObject([{ receiver: 'discord', outcome: 'updated' }]);
    expect(service.came.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
  });

  test('of a receiver that fails for the third time, by one that does not', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', broken);
    let state: NotificationSent['state'] | undefined;
    for (let time = 0; time < 4; time += 1) ({ state } = await send(state === undefined ? {} : { state }));
    const reports = service.came.filter(({ json }) =>
      String(json['content']).includes('ntfy cannot be notified'),
    );
    expect(reports).toHaveLength(1);
    expect(service.came).toHaveLength(5);
  });
});

describe('a message and the status message', () => {
  const board = everyMessage.board;

  test('go out together, the message first; the status message is one that is edited', async () => {
    const service = await serve('discord', ({ path: asked }, count) => ({
      status: 200,
      body: { id: /messages\/(\d+)/.exec(asked)?.[1] ?? String(count) },
    }));
    await serve('ntfy', wellNtfy);
    const first = await send({ board });
    expect(first).toMatchObject({ kind: 'halt', state: { receivers: { discord: { board: '2' } } } });
    // ntfy rings for each edition: it has no status message unless it asks for one.
    expect(first.board).toMatchObject([{ receiver: 'discord', outcome: 'delivered' }]);
    const second = await send({ board, state: first.state });
    expect(second.board).toMatchObject([{ receiver: 'discord', outcome: 'updated' }]);
    expect(service.came.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'PATCH']);
  });

  test('the status message is not tried where the message did not get through', async () => {
    const service = await serve('discord', broken);
    await serve('ntfy', wellNtfy);
    expect((await send({ board })).board).toEqual([]);
    expect(service.came).toHaveLength(1);
  });

  test('an attempt after a worker died continues with the status message alone', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    const settled = ['discord', 'ntfy'].map((receiver) => ({ receiver, outcome: 'delivered', attempts: 1 }));
    const last = { heartbeatDetails: { begun: ['discord', 'ntfy'], settled } };
    expect((await send({ board }, last)).board).toMatchObject([
      { receiver: 'discord', outcome: 'delivered' },
    ]);
    expect(service.came).toHaveLength(1);
    expect(String(service.came[0]?.json['content'])).toContain('4 of 15 nodes');
  });
});

test('a receiver that was reported as failing is tried for seconds only', async () => {
  const service = await serve('discord', () => ({ status: 429, body: { retry_after: 8 } }));
  const failing = { times: 3, since: everyMessage.halt.at, why: 'it answered 429', said: true };
  const answer = await send({
    receivers: { notify: [discord], base },
    state: { receivers: { discord: { failing } } },
  });
  // Eight seconds of patience are within thirty, and not within five.
  expect(answer.outcomes).toMatchObject([
    { outcome: 'failed', why: expect.stringContaining('8 s of patience') },
  ]);
  expect(service.came).toHaveLength(1);
});

describe('an attempt after a worker died', () => {
  test('continues with those who were not notified', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    const first = attempt({});
    await first.ended;
    const last = first.heartbeats.at(-1);
    expect(last).toMatchObject({ waitingFor: 'notifications are delivered', settled: [{}, {}] });
    const again = await send({}, { heartbeatDetails: last });
    expect(again.outcomes.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    expect(service.came).toHaveLength(1);
  });

  test('does not repeat a message that Discord may have, and says that its delivery is unknown', async () => {
    const service = await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    const input = { message: everyMessage['node-done'] };
    const begun = { heartbeatDetails: { begun: ['discord', 'ntfy'], settled: [] } };
    expect((await send(input, begun)).outcomes).toMatchObject([
      { receiver: 'discord', outcome: 'failed', mayHaveArrived: true },
      { receiver: 'ntfy', outcome: 'delivered' },
    ]);
    expect(service.came).toEqual([]);
  });

  test('repeats what a person must act on', async () => {
    await serve('discord', wellDiscord);
    await serve('ntfy', wellNtfy);
    const { outcomes } = await send({}, { heartbeatDetails: { begun: ['discord'], settled: [] } });
    expect(outcomes).toMatchObject([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
  });
});

test('a cancel ends it as cancelled, not as an answer', async () => {
  await serve('discord', () => undefined);
  const running = attempt({ receivers: { notify: [discord], base } });
  running.cancel();
  await expect(running.ended).rejects.toThrow('CANCELLED');
});
