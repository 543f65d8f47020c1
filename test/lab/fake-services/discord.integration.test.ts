import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DiscordWebhook } from '../../../lab/fake-services/discord.js';
import { many, send, someServices, type TestServices } from './some-services.js';

describe('the lab’s Discord', () => {
  let fakeServices: TestServices;
  let webhook: DiscordWebhook;
  beforeEach(async () => {
    fakeServices = await someServices();
    webhook = fakeServices.discord.webhook();
  });
  afterEach(() => fakeServices.stop());

  const execute = (form: unknown) => send(`${webhook.url}?wait=true`, form);
  const edit = (id: unknown, form: unknown) =>
    send(`${webhook.url}/messages/${String(id)}`, form, { method: 'PATCH' });
  const contents = () => fakeServices.discord.messages().map(({ form }) => form['content']);

  it('shows the message when it is waited for, and says nothing when it is not', async () => {
    const { status, body } = await execute({ content: ' Node k8s-work-1 is done. ' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { content: 'Node k8s-work-1 is done.', webhook_id: webhook.id, edited_timestamp: null },
    });
    expect(BigInt(String(body['id']))).toBeGreaterThan(2n ** 53n);
    expect(await send(webhook.url, { content: 'x' })).toMatchObject({ status: 204, text: '' });
    expect(contents()).toEqual(['Node k8s-work-1 is done.', 'x']);
  });

  it('edits a message, which keeps its position and its id', async () => {
    const { body } = await execute({ content: 'board 1', embeds: [{ title: 'T' }] });
    await execute({ content: 'after' });
    expect((await edit(body['id'], { content: 'board 2' })).body).toMatchObject({
      id: body['id'],
      content: 'board 2',
    });
    expect(contents()).toEqual(['board 2', 'after']);
    expect(fakeServices.discord.messages()[0]).toMatchObject({
      form: { embeds: [{ title: 'T' }] },
      editedAt: expect.any(String),
    });
    expect(await edit(body['id'], { content: '', embeds: [] })).toMatchObject({
      status: 400,
      body: { code: 50_006 },
    });
    const other = fakeServices.discord.webhook();
    const byOther = send(
      `${other.url}/messages/${String(body['id'])}`,
      { content: 'x' },
      { method: 'PATCH' },
    );
    expect(await byOther).toMatchObject({ status: 404, body: { code: 10_008 } });
  });

  it.each<[string, object, object]>([
    ['content', { content: '🎉'.repeat(1000) }, { content: 'x'.repeat(2001) }],
    ['username', { content: 'x', username: 'x'.repeat(80) }, { content: 'x', username: 'x'.repeat(81) }],
    ['username', { content: 'x', username: 'Slipway' }, { content: 'x', username: 'My Discord' }],
    ['embeds', { embeds: many(10, { title: 'x' }) }, { embeds: many(11, { title: 'x' }) }],
    ['embeds.0.title', { embeds: [{ title: 'x'.repeat(256) }] }, { embeds: [{ title: 'x'.repeat(257) }] }],
    [
      'embeds.0.description',
      { embeds: [{ description: 'x'.repeat(4096) }] },
      { embeds: [{ description: 'x'.repeat(4097) }] },
    ],
    [
      'embeds.0.fields',
      { embeds: [{ fields: many(25, { name: 'x', value: 'y' }) }] },
      { embeds: [{ fields: many(26, { name: 'x', value: 'y' }) }] },
    ],
    [
      'embeds.0.fields.0.value',
      { embeds: [{ fields: [{ name: 'x', value: 'y'.repeat(1024) }] }] },
      { embeds: [{ fields: [{ name: 'x', value: 'y'.repeat(1025) }] }] },
    ],
    [
      'embeds.0.fields.0.name',
      { embeds: [{ fields: [{ name: 'x'.repeat(256), value: 'y' }] }] },
      { embeds: [{ fields: [{ name: '', value: 'y' }] }] },
    ],
    [
      'embeds.0.footer.text',
      { embeds: [{ footer: { text: 'x'.repeat(2048) } }] },
      { embeds: [{ footer: { text: 'x'.repeat(2049) } }] },
    ],
    [
      'embeds.0.author.name',
      { embeds: [{ author: { name: 'x'.repeat(256) } }] },
      { embeds: [{ author: { name: 'x'.repeat(257) } }] },
    ],
    [
      'embeds',
      { embeds: [{ description: 'x'.repeat(3000) }, { description: 'x'.repeat(3000) }] },
      { embeds: [{ description: 'x'.repeat(3000) }, { description: 'x'.repeat(3001) }] },
    ],
  ])('takes as much %s as Discord does, and no more', async (field, fits, tooMuch) => {
    expect(await execute(fits)).toMatchObject({ status: 200 });
    const { status, body } = await execute(tooMuch);
    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 50_035 });
    const at = field
      .split('.')
      .reduce(
        (errors, part) => errors[part] as Record<string, unknown>,
        body['errors'] as Record<string, unknown>,
      );
    expect(at['_errors']).toHaveLength(1);
    expect(fakeServices.discord.messages()).toHaveLength(1);
  });

  it('mentions the named users, unless the sender restricts them, also in each edit', async () => {
    const content = '@everyone <@1> <@&2>';
    const nobody = { parse: [] };
    const { body } = await execute({ content });
    expect(body).toMatchObject({ mention_everyone: true, mentions: [{ id: '1' }], mention_roles: ['2'] });
    const quiet = await execute({ content, allowed_mentions: nobody });
    expect(quiet.body).toMatchObject({ mention_everyone: false, mentions: [], mention_roles: [] });
    expect((await execute({ content, allowed_mentions: { parse: [], roles: ['2'] } })).body).toMatchObject({
      mention_roles: ['2'],
    });
    expect((await edit(quiet.body['id'], { content })).body).toMatchObject({ mention_everyone: true });
  });

  it('accepts five requests in two seconds per webhook, edits and rejections counted, and names the delay', async () => {
    const { body } = await execute({ content: 'x' });
    await edit(body['id'], { content: 'y' });
    await execute({});
    await execute({ content: 'x' });
    const fifth = await execute({ content: 'x' });
    expect(fifth.headers.get('x-ratelimit-remaining')).toBe('0');
    fakeServices.pass(0.5);
    const sixth = await execute({ content: 'x' });
    expect(sixth).toMatchObject({ status: 429, body: { retry_after: 1.5, global: false } });
    expect(sixth.headers.get('retry-after')).toBe('2');
    expect(await send(fakeServices.discord.webhook().url, { content: 'x' })).toMatchObject({ status: 204 });
    fakeServices.pass(1.5);
    expect(await execute({ content: 'x' })).toMatchObject({ status: 200 });
    expect(fakeServices.discord.received().map(({ status }) => status)).toEqual([
      200, 200, 400, 200, 200, 429, 204, 200,
    ]);
  });

  it('knows no webhook that is gone, and no wrong token', async () => {
    expect(await send(`${webhook.url}x`, { content: 'x' })).toMatchObject({
      status: 401,
      body: { code: 50_027 },
    });
    expect(await execute('{"content": "x"')).toMatchObject({ status: 400, body: { code: 50_109 } });
    fakeServices.discord.remove(webhook);
    expect(await execute({ content: 'x' })).toMatchObject({ status: 404, body: { code: 10_015 } });
    expect(await send(`${fakeServices.discord.url}/api/other`, {})).toMatchObject({ status: 404 });
  });
});
