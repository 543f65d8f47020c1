import { createHmac } from 'node:crypto';
import { sign } from '@octokit/webhooks-methods';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send, someServices, type TestServices } from './some-services.js';

describe('the lab’s receiver of signed webhooks', () => {
  let fakeServices: TestServices;
  beforeEach(async () => {
    fakeServices = await someServices();
  });
  afterEach(() => fakeServices.stop());

  /** The specification's algorithm, implemented again. */
  const signed = (body: string, { id = 'msg_1', secret = fakeServices.webhook.secret, age = 0 } = {}) => {
    const at = String(Math.floor(Date.now() / 1000) - age);
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,wrong v1,${signature}` };
  };
  const text = JSON.stringify({ kind: 'halt', words: 'Größe' });
  const post = (headers: Record<string, string>, body = text) =>
    send(fakeServices.webhook.hook, body, { headers });

  it('accepts signed requests, and detects repetitions', async () => {
    expect(await post(signed(text))).toMatchObject({ status: 204 });
    await post(signed(text));
    await post(signed(text, { id: 'msg_2' }));
    expect(fakeServices.webhook.received()).toMatchObject([
      { body: { kind: 'halt', words: 'Größe' }, signature: 'right', again: false, status: 204 },
      { again: true },
      { again: false },
    ]);
  });

  it.each([
    ['missing', () => post({})],
    ['wrong', () => post(signed(text, { secret: `whsec_${Buffer.from('other').toString('base64')}` }))],
    ['wrong', () => post(signed(text), `${text} `)],
    ['too old', () => post(signed(text, { age: 600 }))],
  ])('refuses what has a signature that is %s', async (signature, asked) => {
    expect(await asked()).toMatchObject({ status: 401 });
    expect(fakeServices.webhook.received()).toMatchObject([{ signature, again: false, status: 401 }]);
  });

  it('takes a signature of the body in a header by name too', async () => {
    const other = await someServices({ webhook: { scheme: 'header', header: 'x-signature-256' } });
    try {
      const headers = { 'x-signature-256': await sign(other.webhook.secret, text) };
      expect(await send(other.webhook.hook, text, { headers })).toMatchObject({ status: 204 });
      expect(await send(other.webhook.hook, `${text}!`, { headers })).toMatchObject({ status: 401 });
    } finally {
      await other.stop();
    }
  });
});
