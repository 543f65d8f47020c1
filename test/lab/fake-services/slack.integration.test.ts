import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { many, send, someServices, type TestServices } from './some-services.js';

describe('the lab’s Slack', () => {
  let fakeServices: TestServices;
  let channel: string;
  let token: string;
  beforeEach(async () => {
    fakeServices = await someServices();
    channel = fakeServices.slack.channel('upgrades');
    token = fakeServices.slack.token(channel);
  });
  afterEach(() => fakeServices.stop());

  const call = (method: string, form: object, bearer = token) =>
    send(`${fakeServices.slack.api}${method}`, form, { headers: { authorization: `Bearer ${bearer}` } });
  const texts = () => fakeServices.slack.messages(channel).map(({ text }) => text);

  it('takes messages by an incoming webhook, which says ok and nothing more', async () => {
    const webhook = fakeServices.slack.webhook(channel);
    expect(await send(webhook, { text: 'one' })).toMatchObject({ status: 200, text: 'ok' });
    expect(await send(webhook, '{')).toMatchObject({ status: 400, text: 'invalid_payload' });
    expect(await send(webhook, {})).toMatchObject({ status: 400, text: 'no_text' });
    expect(await send(`${webhook}x`, { text: 'x' })).toMatchObject({ status: 404, text: 'no_service' });
    fakeServices.slack.archive(channel);
    expect(await send(webhook, { text: 'x' })).toMatchObject({ status: 410, text: 'channel_is_archived' });
    expect(texts()).toEqual(['one']);
    expect(JSON.stringify(fakeServices.slack.received())).not.toContain(webhook.split('/').at(-1));
  });

  it('posts and changes messages by the Web API', async () => {
    const posted = await call('chat.postMessage', { channel: '#upgrades', text: 'board 1' });
    expect(posted).toMatchObject({
      status: 200,
      body: { ok: true, channel, ts: expect.stringMatching(/^\d+\.\d{6}$/) },
    });
    const { ts } = posted.body;
    expect((await call('chat.update', { channel, ts, text: 'board 2' })).body).toMatchObject({
      ok: true,
      ts,
    });
    expect(texts()).toEqual(['board 2']);
    expect((await call('chat.update', { channel: '#upgrades', ts, text: 'x' })).body['error']).toBe(
      'channel_not_found',
    );
    expect((await call('chat.update', { channel, ts: '1.1', text: 'x' })).body['error']).toBe(
      'message_not_found',
    );
  });

  it('lets nobody change what a webhook posted', async () => {
    await send(fakeServices.slack.webhook(channel), { text: 'one' });
    const ts = fakeServices.slack.messages()[0]?.ts;
    expect((await call('chat.update', { channel, ts, text: 'two' })).body['error']).toBe(
      'cant_update_message',
    );
  });

  it.each<[string, () => Promise<{ status: number; body: object }>]>([
    ['not_authed', () => send(`${fakeServices.slack.api}chat.postMessage`, { channel, text: 'x' })],
    ['invalid_auth', () => call('chat.postMessage', { channel, text: 'x' }, 'xoxb-wrong')],
    ['channel_not_found', () => call('chat.postMessage', { channel: 'C0', text: 'x' })],
    [
      'not_in_channel',
      () => call('chat.postMessage', { channel: fakeServices.slack.channel('other'), text: 'x' }),
    ],
    ['no_text', () => call('chat.postMessage', { channel })],
    ['invalid_blocks', () => call('chat.postMessage', { channel, blocks: many(51, { type: 'divider' }) })],
    [
      'invalid_blocks',
      () =>
        call('chat.postMessage', {
          channel,
          blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
        }),
    ],
    ['unknown_method', () => call('chat.shout', { channel, text: 'x' })],
    [
      'is_archived',
      () => {
        fakeServices.slack.archive(channel);
        return call('chat.postMessage', { channel, text: 'x' });
      },
    ],
  ])('says %s, with 200', async (error, asked) => {
    expect(await asked()).toMatchObject({ status: 200, body: { ok: false, error } });
    expect(fakeServices.slack.messages()).toEqual([]);
  });

  it('cuts off what is longer than 40,000 characters', async () => {
    await call('chat.postMessage', { channel, text: 'ö'.repeat(40_001) });
    expect(texts()).toEqual(['ö'.repeat(40_000)]);
  });

  it('mentions the users in a message, unless escaped', async () => {
    await call('chat.postMessage', {
      channel,
      text: '<!channel> &lt;!here&gt; <@U1> <https://x.invalid/|x>',
    });
    expect(fakeServices.slack.messages()[0]?.mentions).toEqual(['<!channel>', '<@U1>']);
  });

  it('accepts a message a second per channel and fifty edits a minute, and names the delay', async () => {
    const { body } = await call('chat.postMessage', { channel, text: 'x' });
    const second = await call('chat.postMessage', { channel, text: 'x' });
    expect(second).toMatchObject({ status: 429, body: { ok: false, error: 'ratelimited' } });
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await send(fakeServices.slack.webhook(channel), { text: 'x' })).toMatchObject({
      status: 429,
      text: 'rate_limited',
    });
    expect(
      await send(fakeServices.slack.webhook(fakeServices.slack.channel('b')), { text: 'x' }),
    ).toMatchObject({
      status: 200,
    });
    for (let number = 0; number < 50; number += 1)
      expect(await call('chat.update', { channel, ts: body['ts'], text: String(number) })).toMatchObject({
        status: 200,
      });
    expect(await call('chat.update', { channel, ts: body['ts'], text: 'x' })).toMatchObject({ status: 429 });
    fakeServices.pass(1);
    expect(await call('chat.postMessage', { channel, text: 'x' })).toMatchObject({ status: 200 });
  });
});
