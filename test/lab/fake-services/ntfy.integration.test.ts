import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { many, send, someServices, type TestServices } from './some-services.js';

describe('the lab’s ntfy', () => {
  let fakeServices: TestServices;
  beforeEach(async () => {
    fakeServices = await someServices();
  });
  afterEach(() => fakeServices.stop());

  const publish = (json: object, headers = {}) => send(`${fakeServices.ntfy.url}/`, json, { headers });
  const topic = () => `${fakeServices.ntfy.url}/home-ops`;

  it('publishes JSON, and the same with headers', async () => {
    const priority = 5;
    const json = {
      topic: 'home-ops',
      title: 'Halt ⛔',
      message: 'k8s-ctrl-1\nis not Ready',
      priority,
      tags: ['warning', 'x'],
      click: 'https://x.invalid/',
    };
    const { status, body } = await publish(json);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { event: 'message', topic: 'home-ops', priority },
    });
    const headers = {
      'X-Title': '=?UTF-8?B?SGFsdCDim5Q=?=',
      Priority: 'urgent',
      Tags: 'warning, x',
      Click: json.click,
    };
    await send(topic(), json.message, { headers });
    const [one, other] = fakeServices.ntfy
      .messages('home-ops')
      .map(({ id: _id, at: _at, ...message }) => message);
    expect(other).toEqual(one);
    expect(one).toMatchObject({ title: 'Halt ⛔', message: 'k8s-ctrl-1\nis not Ready', priority });
  });

  it('reads headers as UTF-8, and settings from the query too', async () => {
    const title = Buffer.from('Größe', 'utf8').toString('latin1');
    await send(topic(), 'x', { headers: { Title: title } });
    await send(`${topic()}?title=Two&p=low`, '');
    expect(fakeServices.ntfy.messages()).toMatchObject([
      { title: 'Größe', priority: 3 },
      { title: 'Two', priority: 2, message: 'triggered' },
    ]);
  });

  it('keeps what replaces an older message under one sequence', async () => {
    await send(`${topic()}/board`, 'one');
    const { body } = await publish({ topic: 'home-ops', message: 'two', sequence_id: 'board' });
    expect(body).toMatchObject({ sequence_id: 'board' });
    expect(fakeServices.ntfy.messages().map(({ sequence }) => sequence)).toEqual(['board', 'board']);
  });

  it('takes 4,096 bytes; what is longer is a file, or refused where the server takes none', async () => {
    const fits = `${'ö'.repeat(2047)}xy`;
    expect(Buffer.byteLength(fits)).toBe(4096);
    expect(await send(topic(), fits)).toMatchObject({ status: 200 });
    expect(await send(topic(), `${fits}!`)).toMatchObject({ status: 400, body: { code: 40_014 } });
    expect(await publish({ topic: 'home-ops', message: `${fits}!` })).toMatchObject({ status: 400 });
    expect(await publish({ topic: 'home-ops', message: 'x'.repeat(8192) })).toMatchObject({
      status: 413,
      body: { code: 41_303 },
    });
    const public_ = await someServices({ ntfy: { files: true } });
    try {
      const { body } = await send(`${public_.ntfy.url}/home-ops`, `${fits}!`);
      expect(body['message']).toBe('You received a file: attachment.txt');
      expect(public_.ntfy.messages()).toMatchObject([{ asFile: true }]);
    } finally {
      await public_.stop();
    }
  });

  it.each<[string, object, number]>([
    ['a topic that is none', { topic: 'a/b' }, 40_009],
    ['a topic of the server’s', { topic: 'docs' }, 40_010],
    ['a priority there is not', { topic: 'x', priority: 6 }, 40_007],
    ['four actions', { topic: 'x', actions: many(4, { action: 'view', label: 'x' }) }, 40_018],
    ['actions that are none', { topic: 'x', actions: ['x'] }, 40_018],
    ['a title of 1,025 bytes', { topic: 'x', title: 'x'.repeat(1025) }, 40_050],
    ['tags of 513 bytes', { topic: 'x', tags: ['x'.repeat(513)] }, 40_051],
    ['a message that is no text', { topic: 'x', message: {} }, 40_017],
  ])('refuses %s', async (_what, json, code) => {
    expect(await publish(json)).toMatchObject({ status: 400, body: { code } });
    expect(fakeServices.ntfy.messages()).toEqual([]);
  });

  it('refuses what is no JSON, and paths there are not', async () => {
    expect(await send(`${fakeServices.ntfy.url}/`, '{')).toMatchObject({
      status: 400,
      body: { code: 40_017 },
    });
    expect(await send(`${topic()}/a/b`, 'x')).toMatchObject({ status: 404 });
    expect(await send(topic(), undefined, { method: 'DELETE' })).toMatchObject({ status: 404 });
    expect(await send(`${fakeServices.ntfy.url}/v1/health`, undefined, { method: 'GET' })).toMatchObject({
      body: { healthy: true },
    });
  });

  it('guards a topic with a token, as bearer or as password', async () => {
    const token = fakeServices.ntfy.token('home-ops');
    const as = (authorization: string) => send(topic(), 'x', { headers: { authorization } });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(await send(topic(), 'x')).toMatchObject({ status: 403, body: { code: 40_301 } });
    expect(await as('Bearer tk_wrong')).toMatchObject({ status: 401, body: { code: 40_101 } });
    expect(await as(`Bearer ${fakeServices.ntfy.token('other')}`)).toMatchObject({ status: 403 });
    expect(await as(`Bearer ${token}`)).toMatchObject({ status: 200 });
    expect(await as(basic(`:${token}`))).toMatchObject({ status: 200 });
    const auth = Buffer.from(`Bearer ${token}`).toString('base64url');
    expect(await send(`${topic()}?auth=${auth}`, 'x')).toMatchObject({ status: 200 });
    fakeServices.ntfy.revoke(token);
    expect(await as(`Bearer ${token}`)).toMatchObject({ status: 401 });
  });

  it('accepts sixty requests at once, then one every five seconds, without naming the delay', async () => {
    for (let number = 0; number < 60; number += 1) await send(topic(), 'x');
    const refused = await send(topic(), 'x');
    expect(refused).toMatchObject({ status: 429, body: { code: 42_901 } });
    expect(refused.headers.get('retry-after')).toBeNull();
    fakeServices.pass(5);
    expect(await send(topic(), 'x')).toMatchObject({ status: 200 });
    expect(await send(topic(), 'x')).toMatchObject({ status: 429 });
  });

  it('takes 250 messages a day', async () => {
    for (let number = 0; number < 250; number += 1) {
      fakeServices.pass(5);
      expect(await send(topic(), 'x')).toMatchObject({ status: 200 });
    }
    fakeServices.pass(5);
    expect(await send(topic(), 'x')).toMatchObject({ status: 429, body: { code: 42_908 } });
    fakeServices.pass(24 * 60 * 60);
    expect(await send(topic(), 'x')).toMatchObject({ status: 200 });
  });
});
