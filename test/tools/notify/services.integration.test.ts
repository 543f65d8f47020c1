import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Message } from '../../../src/planning/messages/message.js';
import { renderMessage } from '../../../src/planning/messages/render.js';
import type { Delivered } from '../../../src/tools/notify/deliver.js';
import { notifyDiscord } from '../../../src/tools/notify/discord.js';
import { ntfyTopic, notifyNtfy } from '../../../src/tools/notify/ntfy.js';
import { signature, notifyWebhook } from '../../../src/tools/notify/signed-webhook.js';
import { notifySlackChannel, notifySlackWebhook } from '../../../src/tools/notify/slack.js';
import { everyMessage } from '../../planning/messages/every-message.js';
import { aService, patient, wayTo, type Answers, type Service } from './a-service.js';

let service: Service | undefined;
afterEach(() => service?.end());

const { board, halt, 'node-done': nodeDone } = everyMessage;

describe('Discord', () => {
  const secret = 'https://discord.com/api/webhooks/123456789/hunter2-Token_1';
  const posted = (id: string) => ({ status: 200, body: { id, channel_id: '1', content: '' } });
  const tell = async (
    answers: Answers,
    message: Message,
    id?: string,
    address = secret,
  ): Promise<Delivered<string>> => {
    service = await aService(answers);
    return notifyDiscord(address, renderMessage(message), id, wayTo(service.origin, ['discord.com']));
  };

  test('gets a message, and answers its id', async () => {
    expect(await tell(() => posted('42'), nodeDone)).toEqual({ kind: 'accepted', value: '42', attempts: 1 });
    const [came] = service?.came ?? [];
    expect(came).toMatchObject({ method: 'POST', path: '/api/webhooks/123456789/hunter2-Token_1?wait=true' });
    expect(came?.json).toMatchObject({
      allowed_mentions: { parse: [] },
      content: expect.stringContaining('k8s-work-2'),
    });
  });

  // As long as Discord's real ids: longer than the address parts that count as secrets.
  test.each(['42', '1574363787597709314'])('has the status message edited by its id, %s', async (id) => {
    expect(await tell(() => posted(id), board, id)).toMatchObject({ kind: 'accepted', value: id });
    expect(service?.came.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `PATCH /api/webhooks/123456789/hunter2-Token_1/messages/${id}`,
    ]);
    expect(service?.came[0]?.json).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  test('gets a new status message where the first was deleted', async () => {
    const ended = await tell(
      ({ method }) =>
        method === 'PATCH'
          ? { status: 404, body: { code: 10008, message: 'Unknown Message' } }
          : posted('43'),
      board,
      '42',
    );
    expect(ended).toMatchObject({ kind: 'accepted', value: '43' });
    expect(service?.came.map(({ method }) => method)).toEqual(['PATCH', 'POST']);
  });

  test('is retried after the fraction of a second that it names', async () => {
    const ended = await tell(
      (_came, count) =>
        count === 1
          ? { status: 429, body: { message: 'slow down', retry_after: 0.05, global: false } }
          : posted('1'),
      nodeDone,
    );
    expect(ended).toMatchObject({ kind: 'accepted', attempts: 2 });
  });

  test('gets an ordinary notification at most once, and one that needs a person at least once', async () => {
    expect(await tell(() => ({ status: 500 }), nodeDone)).toMatchObject({
      attempts: 1,
      mayHaveArrived: true,
    });
    await service?.end();
    expect(await tell((_came, count) => (count < 3 ? { status: 500 } : posted('1')), halt)).toMatchObject({
      kind: 'accepted',
      attempts: 3,
    });
  });

  test('keeps the thread of its address', async () => {
    await tell(() => posted('42'), board, '42', `${secret}?thread_id=77`);
    expect(service?.came[0]?.path).toContain('/messages/42?thread_id=77');
  });

  test.each([
    [{ status: 404, body: { code: 10015, message: 'Unknown Webhook' } }, 'does not know this webhook'],
    [{ status: 401, body: { code: 50027, message: 'Invalid Webhook Token' } }, 'does not know this webhook'],
    [{ status: 418, body: 'token is hunter2-Token_1' }, 'token is [redacted]'],
    [{ status: 200, body: '<html>welcome to the hotel</html>' }, 'not with a message of Discord'],
    [
      { status: 400, body: { code: 50006, message: 'Cannot send an empty message' } },
      'it answered 400: Cannot send an empty',
    ],
  ])('that answers %j is a failure in words', async (answer, words) => {
    const ended = await tell(() => answer, nodeDone);
    expect(ended).toMatchObject({ kind: 'failed', attempts: 1, why: expect.stringContaining(words) });
    expect(JSON.stringify(ended)).not.toContain('hunter2');
  });

  test.each([
    'no address',
    'http://discord.com/api/webhooks/1/hunter2',
    'https://hooks.slack.com/services/hunter2',
    'https://discord.com/hunter2',
  ])('rejects %s as an address, without repeating it', async (address) => {
    const telling = tell(() => posted('1'), nodeDone, undefined, address);
    await expect(telling).rejects.toThrow(/webhooks\/ID\/TOKEN/);
    await expect(telling).rejects.not.toThrow(/hunter2/);
    expect(service?.came).toEqual([]);
  });
});

describe('ntfy', () => {
  const held = { server: undefined, topic: undefined, token: undefined, webhook: undefined };
  const published = (fields: object) => ({
    status: 200,
    body: { id: 'abcdefghijkl', event: 'message', ...fields },
  });
  const tell = async (
    answers: Answers,
    message: Message,
    secrets: Partial<Parameters<typeof ntfyTopic>[0]>,
    id?: string,
  ) => {
    service = await aService(answers);
    return notifyNtfy(
      ntfyTopic({ ...held, ...secrets }),
      renderMessage(message),
      id,
      wayTo(service.origin, ['ntfy.sh', 'ntfy.lan']),
    );
  };

  test('gets JSON at its root, the topic in it and the token in a header', async () => {
    const ended = await tell(({ json }) => published({ sequence_id: json['sequence_id'] }), halt, {
      topic: 'hunter2\n',
      token: 'tk_secret\n',
    });
    expect(ended).toMatchObject({ kind: 'accepted', attempts: 1 });
    const [came] = service?.came ?? [];
    expect(came).toMatchObject({ method: 'POST', path: '/', headers: { authorization: 'Bearer tk_secret' } });
    expect(came?.json).toMatchObject({
      topic: 'hunter2',
      priority: 4,
      tags: ['octagonal_sign'],
      click: 'https://temporal.lan/run/42',
    });
    expect(came?.json['sequence_id']).toMatch(/^slipway-[0-9a-f]{32}$/);
  });

  test.each([
    ['https://ntfy.sh/hunter2', undefined],
    ['https://me:p%40ss@ntfy.lan/hunter2', `Basic ${Buffer.from('me:p@ss').toString('base64')}`],
  ])('is found by one address: %s', async (webhook, authorization) => {
    await tell(() => published({}), halt, { webhook });
    expect(service?.came[0]?.path).toBe('/');
    expect(service?.came[0]?.json['topic']).toBe('hunter2');
    expect(service?.came[0]?.headers.authorization).toBe(authorization);
  });

  test('replaces updates of a status message, and repetitions of a message', async () => {
    const sequence = ({ json }: { json: Record<string, unknown> }) =>
      published({ sequence_id: json['sequence_id'] });
    const first = await tell(sequence, board, { topic: 't' });
    if (first.kind !== 'accepted') throw new Error(first.why);
    const one = service?.came[0]?.json['sequence_id'];
    await service?.end();
    expect(await tell(sequence, { ...board, part: '8' }, { topic: 't' }, first.value)).toMatchObject({
      value: first.value,
    });
    expect(service?.came[0]?.json['sequence_id']).toBe(one);
    await service?.end();
    await tell((_came, count) => (count === 1 ? { status: 500 } : published({})), nodeDone, { topic: 't' });
    expect(service?.came).toHaveLength(2);
    expect(service?.came[1]?.body).toBe(service?.came[0]?.body);
  });

  test('that is too old for updates gets a status message once', async () => {
    const first = await tell(() => published({}), board, { topic: 't' });
    if (first.kind !== 'accepted') throw new Error(first.why);
    await service?.end();
    expect(
      await tell(() => published({}), { ...board, part: '8' }, { topic: 't' }, first.value),
    ).toMatchObject({ kind: 'accepted', attempts: 0 });
    expect(service?.came).toEqual([]);
  });

  test.each([
    [
      { status: 403, body: { code: 40301, http: 403, error: 'forbidden' } },
      'asks for a token that may write',
    ],
    [
      { status: 429, body: { code: 42908, http: 429, error: 'limit reached: daily message quota reached' } },
      "the day's messages are used up",
    ],
    [{ status: 200, body: 'ok' }, 'not as an ntfy server does'],
    [
      { status: 400, body: { code: 40009, http: 400, error: 'invalid request: topic hunter2 invalid' } },
      'topic [redacted] invalid',
    ],
  ])('that answers %j is a failure in words, tried once', async (answer, words) => {
    const ended = await tell(() => answer, halt, { topic: 'hunter2', token: 'tk_hunter3' });
    expect(ended).toMatchObject({ kind: 'failed', attempts: 1, why: expect.stringContaining(words) });
    expect(JSON.stringify(ended)).not.toMatch(/hunter[23]/);
  });

  test('is retried after a short-term limit', async () => {
    const ended = await tell(
      (_came, count) => (count === 1 ? { status: 429, body: { code: 42901 } } : published({})),
      nodeDone,
      { topic: 't' },
    );
    expect(ended).toMatchObject({ kind: 'accepted', attempts: 2 });
  });

  test.each([
    [{ topic: 'two words hunter2' }, /64 letters/],
    [{ topic: 't', token: 'hunter2\r\nX-Evil: 1' }, /no access token has/],
    [{ webhook: 'https://ntfy.sh/' }, /64 letters/],
    [{ webhook: 'hunter2' }, /no address/],
  ])('rejects %j as a receiver', (secrets, words) => {
    expect(() => ntfyTopic({ ...held, ...secrets })).toThrow(words);
    expect(() => ntfyTopic({ ...held, ...secrets })).not.toThrow(/hunter2/);
  });
});

describe('Slack', () => {
  const ok = { status: 200, body: { ok: true, channel: 'C1', ts: '1700000000.000100' } };
  const no = (error: string) => ({ status: 200, body: { ok: false, error } });
  const tell = async (answers: Answers, message: Message, id?: string) => {
    service = await aService(answers);
    const receiver = { token: 'xoxb-hunter2\n', channel: '#upgrades' };
    return notifySlackChannel(receiver, renderMessage(message), id, wayTo(service.origin, ['slack.com']));
  };

  test('gets a message in a channel, and returns its id', async () => {
    expect(await tell(() => ok, nodeDone)).toEqual({
      kind: 'accepted',
      value: 'C1:1700000000.000100',
      attempts: 1,
    });
    const [came] = service?.came ?? [];
    expect(came).toMatchObject({
      path: '/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-hunter2' },
    });
    expect(came?.json).toMatchObject({ channel: '#upgrades', unfurl_links: false });
  });

  test('updates the status message in place', async () => {
    expect(await tell(() => ok, board, 'C1:1700000000.000100')).toMatchObject({
      kind: 'accepted',
      attempts: 1,
    });
    expect(service?.came[0]).toMatchObject({
      path: '/api/chat.update',
      json: { channel: 'C1', ts: '1700000000.000100' },
    });
  });

  test.each(['message_not_found', 'edit_window_closed'])(
    'gets a new status message after %s',
    async (error) => {
      await tell(({ path }) => (path.endsWith('update') ? no(error) : ok), board, 'C1:1700000000.000000');
      expect(service?.came.map(({ path }) => path)).toEqual(['/api/chat.update', '/api/chat.postMessage']);
    },
  );

  test.each([
    ['in its answer', no('ratelimited')],
    ['by its status', { status: 429, body: no('ratelimited').body, headers: { 'retry-after': '0' } }],
  ])('is asked again where it names a limit %s', async (_name, answer) => {
    expect(await tell((_came, count) => (count === 1 ? answer : ok), nodeDone)).toMatchObject({
      kind: 'accepted',
      attempts: 2,
    });
  });

  test.each([
    ['not_in_channel', '/invite @APP'],
    ['invalid_auth', 'does not know the token'],
    ['something_new', 'Slack answered something_new'],
  ])('that answers %s says what to do', async (error, words) => {
    expect(await tell(() => no(error), nodeDone)).toMatchObject({
      kind: 'failed',
      attempts: 1,
      why: expect.stringContaining(words),
    });
  });

  test('that fails itself may have accepted it', async () => {
    expect(await tell(() => no('internal_error'), nodeDone)).toMatchObject({
      attempts: 1,
      mayHaveArrived: true,
    });
  });

  test.each([
    [
      { status: 200, body: 'ok' },
      { kind: 'accepted', attempts: 1 },
    ],
    [
      { status: 404, body: 'no_service' },
      { kind: 'failed', why: 'it answered 404: no_service', mayHaveArrived: false },
    ],
    [
      { status: 500, body: 'rollup_error' },
      { kind: 'failed', mayHaveArrived: true },
    ],
    [
      { status: 200, body: '<html>' },
      { kind: 'failed', why: 'it answered 200, and not as Slack does' },
    ],
  ])('by an incoming webhook that answers %j', async (answer, expected) => {
    service = await aService(() => answer);
    const way = wayTo(service.origin, ['hooks.slack.com']);
    const ended = await notifySlackWebhook(
      'https://hooks.slack.com/services/T0/B0/hunter2',
      renderMessage(nodeDone),
      way,
    );
    expect(ended).toMatchObject(expected);
    expect(service.came[0]).toMatchObject({ path: '/services/T0/B0/hunter2', json: { mrkdwn: false } });
  });
});

describe('a signed webhook', () => {
  test('is signed as Standard Webhooks publishes it', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const signed = signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
    expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('carries its id, its time and its signature, the same id again where it is repeated', async () => {
    service = await aService((_came, count) => ({ status: count === 1 ? 503 : 204, body: '' }));
    const receiver = {
      url: 'https://me:hunter2@hooks.example/slipway',
      secret: 'sixteen characters at least',
    };
    const ended = await notifyWebhook(
      receiver,
      renderMessage(halt),
      wayTo(service.origin, ['hooks.example']),
    );
    expect(ended).toEqual({ kind: 'accepted', value: '', attempts: 2 });
    const ids = service.came.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    for (const { headers, body } of service.came) {
      const key = Buffer.from('sixteen characters at least');
      const mac = createHmac('sha256', key)
        .update([ids[0], headers['webhook-timestamp'], body].join('.'))
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${mac}`);
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
      expect(headers.authorization).toBe(`Basic ${Buffer.from('me:hunter2').toString('base64')}`);
    }
    expect(service.came[0]?.json).toMatchObject({
      schema: 1,
      type: 'slipway.halt',
      data: { cluster: 'prox-ops', run: 42, facts: { kind: 'halt' } },
    });
  });

  test.each([
    ['short', /shorter than 16 bytes/],
    ['whsec_c2hvcnQ=', /shorter than 16 bytes/],
  ])('is not signed with a secret that can be guessed: %s', async (secret, words) => {
    const way = wayTo('http://127.0.0.1:1', [], patient);
    await expect(
      notifyWebhook({ url: 'https://hooks.example/', secret }, renderMessage(halt), way),
    ).rejects.toThrow(words);
  });
});
