import { afterEach, describe, expect, test } from '@jest/globals';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createWebhookServer } from '../../src/starter/webhook-server.js';
import { secrets, tryWebhookServer, type Posted, type TriedWebhookServer } from './a-webhook-server.js';
import { aComment, aPull, aPush, before, signatureOf, uuid } from './a-starter.js';

let webhookServer: TriedWebhookServer;
afterEach(() => webhookServer.app.close());

describe('the webhook server takes', () => {
  test('a signed push, and starts its delivery as it will be carried out', async () => {
    webhookServer = tryWebhookServer();
    const answer = await webhookServer.post({ payload: aPush(), id: uuid.toUpperCase() });
    expect(answer).toMatchObject({ status: 202, body: { verdict: 'accepted', delivery: uuid } });
    expect(webhookServer.started).toEqual([
      {
        schema: 1,
        id: uuid,
        repository: expect.objectContaining({ name: 'acme/home-ops', base: '/etc/slipway' }),
        receivedAt: '2026-11-23T12:00:00.000Z',
        via: 'webhook',
        event: expect.objectContaining({ kind: 'push' }),
      },
    ]);
    expect(webhookServer.told).toMatchObject([
      { status: 202, verdict: 'accepted', repository: 'acme/home-ops' },
    ]);
  });

  test('what is signed with the secret from before, while it is changed', async () => {
    webhookServer = tryWebhookServer();
    expect(await webhookServer.post({ payload: aPush(), secret: secrets.homeOpsOld })).toMatchObject({
      status: 202,
    });
    expect(webhookServer.started).toHaveLength(1);
  });

  test('a delivery once, however often it is delivered', async () => {
    webhookServer = tryWebhookServer();
    const verdicts: unknown[] = [];
    for (let count = 0; count < 3; count += 1)
      verdicts.push((await webhookServer.post({ payload: aPush(), id: uuid })).body['verdict']);
    expect(verdicts).toEqual(['accepted', 'duplicate', 'duplicate']);
    expect(webhookServer.started).toHaveLength(1);
  });

  test('the same bytes once, under whatever id they are sent again', async () => {
    webhookServer = tryWebhookServer();
    await webhookServer.post({ payload: aPush(), id: uuid });
    const again = await webhookServer.post({ payload: aPush() });
    expect(again).toMatchObject({
      status: 202,
      body: { verdict: 'duplicate', why: expect.stringContaining(uuid) },
    });
    // Other bytes are another delivery.
    expect(await webhookServer.post({ payload: aPush({ after: before }) })).toMatchObject({
      body: { verdict: 'accepted' },
    });
    expect(webhookServer.started).toHaveLength(2);
  });

  test('a name in other letters: GitHub’s have no case', async () => {
    webhookServer = tryWebhookServer();
    const repository = { full_name: 'ACME/Home-Ops' };
    expect(await webhookServer.post({ payload: aPush({ repository }) })).toMatchObject({
      body: { verdict: 'accepted' },
    });
  });

  test('pull requests and comments', async () => {
    webhookServer = tryWebhookServer();
    await webhookServer.post({ payload: aPull(), event: 'pull_request' });
    await webhookServer.post({ payload: aComment('/slipway approve 3f2a'), event: 'issue_comment' });
    expect(webhookServer.started.map(({ event }) => event.kind)).toEqual(['pull-request', 'comment']);
  });

  test('text as text', async () => {
    webhookServer = tryWebhookServer();
    await webhookServer.post({
      payload: aPull({ title: '${{ secrets.X }} `id` $(reboot)' }),
      event: 'pull_request',
    });
    expect(webhookServer.started).toMatchObject([{ event: { title: '${{ secrets.X }} `id` $(reboot)' } }]);
  });
});

describe('the webhook server answers, and starts nothing', () => {
  const body = Buffer.from(JSON.stringify(aPush()));
  const signature = signatureOf(secrets.homeOps, body);
  test.each<[number, string, Posted]>([
    [
      202,
      'to a ping',
      { payload: { zen: 'Keep it simple', repository: { full_name: 'acme/home-ops' } }, event: 'ping' },
    ],
    [
      202,
      'to the ping of an organisation',
      { payload: { zen: 'Keep it simple', organization: {} }, event: 'ping' },
    ],
    [202, 'to events it does not read', { payload: aPush(), event: 'check_suite' }],
    [
      202,
      'to a repository it does not know',
      { payload: aPush({ repository: { full_name: 'acme/other' } }) },
    ],
    [
      202,
      'to a repository that is polled alone',
      { payload: aPush({ repository: { full_name: 'home/homelab' } }) },
    ],
    [401, 'to nobody’s signature', { payload: aPush(), headers: { 'x-hub-signature-256': undefined } }],
    [
      401,
      'to the old signature alone',
      { payload: aPush(), headers: { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0000' } },
    ],
    [
      401,
      'to SHA-1 by the new name',
      { payload: aPush(), headers: { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` } },
    ],
    [401, 'to a wrong secret', { payload: aPush(), secret: 'wrong' }],
    [
      401,
      'to no secret',
      { payload: aPush(), headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } },
    ],
    [
      401,
      'to a signature of other bytes',
      { payload: Buffer.from(`${body.toString()} `), headers: { 'x-hub-signature-256': signature } },
    ],
    [
      401,
      'to a signature in capitals',
      { payload: body, headers: { 'x-hub-signature-256': signature.toUpperCase() } },
    ],
    [
      401,
      'to two signatures',
      { payload: body, headers: { 'x-hub-signature-256': `${signature}, ${signature}` } },
    ],
    [401, 'to the secret of another repository', { payload: aPush(), secret: secrets.lab }],
    [401, 'to bytes that are no text', { payload: Buffer.from([0x7b, 0xff, 0x7d]) }],
    [401, 'to nothing', { payload: Buffer.alloc(0) }],
    [413, 'to 30 MB', { payload: Buffer.alloc(30 * 1024 * 1024, 'x') }],
    [
      415,
      'to a form',
      { payload: aPush(), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [415, 'to no type', { payload: aPush(), headers: { 'content-type': undefined } }],
    [
      415,
      'to a type that begins like it',
      { payload: aPush(), headers: { 'content-type': 'application/jsonp' } },
    ],
    [415, 'to something packed', { payload: aPush(), headers: { 'content-encoding': 'gzip' } }],
    [422, 'to broken JSON', { payload: Buffer.from('{"repository":') }],
    [422, 'to null', { payload: null }],
    [422, 'to a mountain of brackets', { payload: Buffer.from('['.repeat(4_000_000)) }],
    [422, 'to no repository', { payload: { ref: 'refs/heads/main' } }],
    [422, 'to a repository that is a path', { payload: aPush({ repository: { full_name: '../../etc' } }) }],
    [422, 'to a push that is none', { payload: aPull() }],
    [422, 'to no delivery id', { payload: aPush(), headers: { 'x-github-delivery': undefined } }],
    [422, 'to an id of our own making', { payload: aPush(), id: 'poll-head-0123-4567' }],
    [422, 'to an id that is a path', { payload: aPush(), id: '../run/prox-ops/1' }],
    [422, 'to no event', { payload: aPush(), headers: { 'x-github-event': undefined } }],
    [422, 'to an event that is a sentence', { payload: aPush(), event: 'push; reboot' }],
  ])('%i %s', async (status, _, posted) => {
    webhookServer = tryWebhookServer();
    const answer = await webhookServer.post(posted);
    expect(answer).toMatchObject({ status, body: { why: expect.any(String) } });
    expect(webhookServer.started).toEqual([]);
    // The operator finds it, without any secret.
    expect(webhookServer.told).toMatchObject([{ status, why: expect.any(String) }]);
    expect(JSON.stringify([webhookServer.told, answer.body])).not.toMatch(/-secret-of-|has-its-own-secret/);
  });

  test('404 elsewhere', async () => {
    webhookServer = tryWebhookServer();
    expect((await webhookServer.app.inject({ method: 'POST', url: '/webhooks/gitlab' })).statusCode).toBe(
      404,
    );
    expect((await webhookServer.app.inject({ method: 'GET', url: '/webhooks/github' })).statusCode).toBe(404);
  });
});

describe('while Temporal is away', () => {
  test('the webhook server says 503, so that the git host keeps it as failed', async () => {
    webhookServer = tryWebhookServer(() => Promise.reject(new Error('14 UNAVAILABLE')));
    const answer = await webhookServer.post({ payload: aPush() });
    expect(answer).toMatchObject({
      status: 503,
      body: { verdict: 'unavailable' },
      headers: { 'retry-after': '60' },
    });
    expect(webhookServer.told).toMatchObject([{ status: 503, repository: 'acme/home-ops' }]);
  });

  test('the same delivery is taken later', async () => {
    let away = true;
    webhookServer = tryWebhookServer(() =>
      away ? Promise.reject(new Error('14 UNAVAILABLE')) : Promise.resolve('accepted'),
    );
    expect(await webhookServer.post({ payload: aPush(), id: uuid })).toMatchObject({ status: 503 });
    away = false;
    expect(await webhookServer.post({ payload: aPush(), id: uuid })).toMatchObject({ status: 202 });
  });

  test('it is healthy, and not ready', async () => {
    webhookServer = tryWebhookServer();
    const app = createWebhookServer({
      repositories: [],
      signed: [],
      start: () => Promise.resolve('accepted'),
      whyNotReady: () => Promise.resolve('Temporal does not answer'),
      tell: () => undefined,
      now: () => new Date(),
    });
    expect((await app.inject('/healthz')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).statusCode).toBe(503);
    expect((await webhookServer.app.inject('/readyz')).statusCode).toBe(200);
    await app.close();
  });
});

describe('a request that is far too large', () => {
  const headers = [
    'Host: localhost',
    'Content-Type: application/json',
    'X-GitHub-Event: push',
    `X-GitHub-Delivery: ${uuid}`,
    `X-Hub-Signature-256: sha256=${'0'.repeat(64)}`,
  ];

  /** The first words of the answer to what `send` writes. */
  async function answerTo(send: (socket: Socket) => void): Promise<string> {
    webhookServer = tryWebhookServer();
    await webhookServer.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = webhookServer.app.server.address() as AddressInfo;
    return new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', reject);
      socket.on('data', (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      send(socket);
    });
  }

  test('ends before it has arrived', async () => {
    const length = `Content-Length: ${30 * 1024 * 1024}`;
    const answer = await answerTo((socket) =>
      socket.write(`POST /webhooks/github HTTP/1.1\r\n${[...headers, length].join('\r\n')}\r\n\r\n{`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(webhookServer.started).toEqual([]);
  });

  test('ends though it does not say how large it is', async () => {
    const piece = 'x'.repeat(1024 * 1024);
    const answer = await answerTo((socket) => {
      const chunked = [...headers, 'Transfer-Encoding: chunked'].join('\r\n');
      socket.write(`POST /webhooks/github HTTP/1.1\r\n${chunked}\r\n\r\n`);
      // One byte too many, and nothing after it that would be on its way when the webhook server closes.
      for (const each of [...Array<string>(5).fill(piece), 'x'])
        socket.write(`${each.length.toString(16)}\r\n${each}\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(webhookServer.started).toEqual([]);
  });
});
