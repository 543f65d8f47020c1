import { afterEach, describe, expect, test } from '@jest/globals';
import {
  afterMs,
  deliver,
  refusal,
  type Delivered,
  type DeliveryLimits,
} from '../../../src/tools/notify/deliver.js';
import { aService, patient, wayTo, type Answers, type Service } from './a-service.js';

const secret = 'hunter2-in-the-path';
let service: Service | undefined;

afterEach(() => service?.end());

async function delivered(
  answers: Answers,
  repeatable = false,
  limits: DeliveryLimits = patient,
): Promise<Delivered<string>> {
  service = await aService(answers);
  const url = new URL(`https://hooks.example/${secret}?token=${secret}`);
  return deliver<string>(
    { method: 'POST', url, body: '{}', secrets: [secret] },
    repeatable,
    ({ status, text }) => (status === 200 ? { kind: 'accepted', value: text } : refusal(status, text)),
    wayTo(service.origin, ['hooks.example'], limits),
  );
}

describe('a delivery', () => {
  test('arrives once where all is well', async () => {
    expect(await delivered(() => ({ status: 200, body: 'thanks' }))).toEqual({
      kind: 'accepted',
      value: 'thanks',
      attempts: 1,
    });
    expect(service?.came).toHaveLength(1);
  });

  test.each([
    ['in seconds', () => '1'],
    ['as a date', () => new Date(Date.now() + 1500).toUTCString()],
  ])('waits as long as the service asks for %s', async (_name, header) => {
    const begun = performance.now();
    const ended = await delivered((_came, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': header() } } : { status: 200, body: 'now' },
    );
    expect(ended).toEqual({ kind: 'accepted', value: 'now', attempts: 2 });
    // A date has whole seconds, so the delay may be only half a second.
    expect(performance.now() - begun).toBeGreaterThan(400);
  });

  test('is given up where the service asks for a longer pause than the limit, with an error', async () => {
    const ended = await delivered(() => ({ status: 429, headers: { 'retry-after': '3600' } }), true);
    expect(ended).toMatchObject({
      kind: 'failed',
      attempts: 1,
      mayHaveArrived: false,
      why: expect.stringContaining('3600 s of patience'),
    });
  });

  test('is tried five times at most', async () => {
    expect(await delivered(() => ({ status: 429 }))).toMatchObject({ kind: 'failed', attempts: 5 });
    expect(service?.came).toHaveLength(5);
  });

  test.each([
    ['a failure of the service', () => ({ status: 502, body: 'bad gateway' })],
    [
      'a connection that breaks',
      (_came: unknown, _count: unknown, response: { destroy: () => void }): undefined => {
        response.destroy();
      },
    ],
  ] as const)('is not sent twice after %s, since it may have arrived', async (_name, answers) => {
    const ended = await delivered(answers);
    expect(ended).toMatchObject({ kind: 'failed', attempts: 1, mayHaveArrived: true });
    expect(service?.came).toHaveLength(1);
  });

  test('is retried after a failure where that does no harm', async () => {
    const ended = await delivered((_came, count, response) => {
      if (count === 1) return void response.destroy();
      return count === 2 ? { status: 503 } : { status: 200, body: 'at last' };
    }, true);
    expect(ended).toEqual({ kind: 'accepted', value: 'at last', attempts: 3 });
  });

  test('is retried where the connection failed: it cannot have arrived', async () => {
    service = await aService(() => ({ status: 200 }));
    await service.end();
    const url = new URL('https://hooks.example/');
    const way = wayTo(service.origin, ['hooks.example'], { ...patient, pauseMs: 1 });
    const ended = await deliver(
      { method: 'POST', url, body: '{}', secrets: [] },
      false,
      () => refusal(0, ''),
      way,
    );
    expect(ended).toMatchObject({
      kind: 'failed',
      attempts: 5,
      mayHaveArrived: false,
      why: expect.stringContaining('ECONNREFUSED'),
    });
    service = undefined;
  });

  test('is not retried after a final answer', async () => {
    expect(await delivered(() => ({ status: 400, body: 'no such thing' }), true)).toMatchObject({
      attempts: 1,
      why: 'it answered 400: no such thing',
      mayHaveArrived: false,
    });
  });

  test('follows no redirect', async () => {
    const elsewhere = await aService(() => ({ status: 200 }));
    try {
      const ended = await delivered(
        () => ({ status: 307, headers: { location: `${elsewhere.origin}/${secret}` } }),
        true,
      );
      expect(ended).toMatchObject({
        kind: 'failed',
        attempts: 1,
        why: expect.stringContaining('307, a redirect'),
      });
      expect(elsewhere.came).toEqual([]);
      expect(JSON.stringify(ended)).not.toContain(secret);
    } finally {
      await elsewhere.end();
    }
  });

  test('times out on a service that accepts a connection and does not respond', async () => {
    const begun = performance.now();
    const ended = await delivered(() => undefined, true, { totalMs: 400, requestMs: 100, pauseMs: 1 });
    expect(ended).toMatchObject({
      kind: 'failed',
      mayHaveArrived: true,
      why: expect.stringContaining('no answer within'),
    });
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test('reads no more of an answer than it needs', async () => {
    const ended = await delivered((_came, _count, response) => {
      response.writeHead(400);
      const more = (): void => {
        while (response.writable && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(ended).toMatchObject({ kind: 'failed', attempts: 1 });
    expect(JSON.stringify(ended).length).toBeLessThan(500);
  });

  test('redacts a secret that the service sends back', async () => {
    const ended = await delivered(({ path }) => ({ status: 404, body: `no route for ${path}` }));
    expect(JSON.stringify(ended)).not.toContain(secret);
    expect(ended).toMatchObject({ why: expect.stringContaining('404: no route for') });
  });

  test('shows no terminal control character', async () => {
    expect(await delivered(() => ({ status: 400, body: 'a\u001B[31m\u0007b\u202Ec' }))).toMatchObject({
      why: 'it answered 400: a [31m b c',
    });
  });

  test('ends at once, by an exception, where it is cancelled', async () => {
    service = await aService(() => undefined);
    const controller = new AbortController();
    const way = { ...wayTo(service.origin, ['hooks.example']), signal: controller.signal };
    const url = new URL('https://hooks.example/');
    const ending = deliver({ method: 'POST', url, body: '{}', secrets: [] }, true, () => refusal(0, ''), way);
    controller.abort(new Error('cancelled'));
    await expect(ending).rejects.toThrow('cancelled');
  });
});

describe('Retry-After', () => {
  test.each([
    ['7', 7000],
    ['0.5', 500],
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ])('%s is %s ms', (header, ms) => expect(afterMs(header)).toBe(ms));
});
