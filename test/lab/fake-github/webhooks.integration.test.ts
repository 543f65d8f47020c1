import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { verify } from '@octokit/webhooks-methods';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { commitTo, moveBranch } from '../../../lab/fake-github/branches.js';
import { changeComment, deleteComment, writeComment } from '../../../lab/fake-github/comments.js';
import { changeLabels, changePull, mergePull } from '../../../lab/fake-github/pull-requests.js';
import {
  HOME_OPS,
  aFakeGitHub,
  aPull,
  aReceiver,
  octokit,
  refusal,
  type Received,
  type TestGitHub,
} from './a-fake-github.js';

const SECRET = 'It is a secret to everybody';

const require = createRequire(import.meta.url);

/** octokit's schemas of GitHub's payloads. Their keys for TypeScript are meaningless for a validator. */
const schemas = new Ajv({ strict: false, validateFormats: false }).addSchema(
  JSON.parse(readFileSync(require.resolve('@octokit/webhooks-schemas/schema.json'), 'utf8')) as object,
  'github',
);

/** The schema errors of a payload; empty: none. */
function mistakes({ headers, body }: Received): string {
  const payload = JSON.parse(body) as { action?: string };
  const name = [String(headers['x-github-event']), payload.action ?? 'event'].join('$');
  const validate = schemas.getSchema(`github#/definitions/${encodeURIComponent(name)}`);
  if (!validate) throw new Error(`octokit knows no ${name}`);
  return validate(payload) === true ? '' : `${name}: ${schemas.errorsText(validate.errors)}`;
}

const verified = ({ headers, body }: Received, secret = SECRET): Promise<boolean> =>
  verify(secret, body, String(headers['x-hub-signature-256']));

describe('the webhooks of the lab’s fake GitHub', () => {
  let test: TestGitHub;
  let receiver: Awaited<ReturnType<typeof aReceiver>>;
  let status: number;
  beforeEach(async () => {
    status = 200;
    test = await aFakeGitHub({ limits: { hookAnswerMs: 2_000 } });
    receiver = await aReceiver(() => status);
    test.gitHost.hook(test.repository, receiver.url, SECRET);
    await test.gitHost.settled();
    receiver.received.length = 0;
  });
  afterEach(async () => {
    await test.end();
    await receiver.end();
  });

  const told = (): string[] =>
    receiver.received.map(({ headers, body }) =>
      [headers['x-github-event'], (JSON.parse(body) as { action?: string }).action].filter(Boolean).join(' '),
    );
  const push = (branch: string, parent?: string) =>
    commitTo(
      test.repository,
      { branch, parent, files: { [branch]: String(parent) }, message: 'Change' },
      test.carol.account,
    );

  it('are signed, and have octokit’s schema, from opening a pull request to its merge', async () => {
    const { account } = test.carol;
    await aPull(test);
    await push('topic');
    changeLabels(test.repository, 1, { add: ['upgrade-pets'] }, account);
    const { id } = writeComment(test.repository, 1, 'Looks good 🎉 <b>', account);
    changeComment(test.repository, id, 'Looks better', account);
    deleteComment(test.repository, id, account);
    changeLabels(test.repository, 1, { remove: ['upgrade-pets'] }, account);
    await changePull(test.repository, 1, { title: 'Another' }, account);
    await changePull(test.repository, 1, { state: 'closed' }, account);
    await changePull(test.repository, 1, { state: 'open' }, account);
    await mergePull(test.repository, 1, { method: 'squash' }, account);
    await moveBranch(test.repository, 'topic', undefined, account);
    await test.gitHost.settled();
    expect(told()).toEqual([
      'push',
      'pull_request opened',
      'push',
      'pull_request synchronize',
      'pull_request labeled',
      'issue_comment created',
      'issue_comment edited',
      'issue_comment deleted',
      'pull_request unlabeled',
      'pull_request edited',
      'pull_request closed',
      'pull_request reopened',
      'pull_request closed',
      'push',
      'push',
    ]);
    expect(receiver.received.map(mistakes).filter(Boolean)).toEqual([]);
    expect(await Promise.all(receiver.received.map((one) => verified(one)))).not.toContain(false);
    expect(await Promise.all(receiver.received.map((one) => verified(one, 'another')))).not.toContain(true);
    // The schemas are large, and compiled here.
  });

  it('would fail octokit’s schemas if wrong', async () => {
    await push('main');
    await test.gitHost.settled();
    const [sent] = receiver.received;
    const { sender: _sender, ...rest } = JSON.parse(sent?.body ?? '') as Record<string, unknown>;
    const spoilt = (body: object): string =>
      mistakes({ headers: sent?.headers ?? {}, body: JSON.stringify(body) });
    expect(spoilt(rest)).toContain("must have required property 'sender'");
    expect(spoilt({ ...rest, sender: _sender, colour: 'red' })).toContain('additional properties');
  });

  it('describe a push: the ref, the number of commits, and whether it was forced', async () => {
    const first = (await test.repository.git.heads()).get('main') ?? '';
    const second = await push('main');
    const other = await push('main', first);
    await moveBranch(test.repository, 'main', second, test.carol.account);
    await moveBranch(test.repository, 'new', second, test.carol.account);
    await moveBranch(test.repository, 'new', undefined, test.carol.account);
    await test.gitHost.settled();
    const payloads = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const nothing = '0'.repeat(40);
    expect(payloads).toMatchObject([
      {
        ref: 'refs/heads/main',
        before: first,
        after: second,
        forced: false,
        commits: [{ id: second, added: ['main'] }],
      },
      { before: second, after: other, forced: true, commits: [{ id: other }] },
      { before: other, after: second, forced: true },
      { ref: 'refs/heads/new', before: nothing, after: second, created: true, forced: false, commits: [] },
      { before: second, after: nothing, deleted: true, head_commit: null },
    ]);
  });

  it('are sent once; a failed one is kept, and redelivered with the same id on request', async () => {
    status = 503;
    await push('main');
    await test.gitHost.settled();
    expect(told()).toEqual(['push']);
    const api = octokit(test.gitHost, test.carol.token);
    const { data: hooks } = await api.rest.repos.listWebhooks(HOME_OPS);
    expect(hooks).toMatchObject([{ config: { url: receiver.url, secret: '********' } }]);
    const hook_id = hooks[0]?.id ?? 0;
    const list = async () => (await api.rest.repos.listWebhookDeliveries({ ...HOME_OPS, hook_id })).data;
    const [failed, ping] = await list();
    expect(ping).toMatchObject({ event: 'ping', status: 'OK', status_code: 200 });
    expect(failed).toMatchObject({ event: 'push', redelivery: false, status_code: 503 });
    status = 202;
    await api.rest.repos.redeliverWebhookDelivery({
      ...HOME_OPS,
      hook_id,
      delivery_id: Number(failed?.id ?? 0),
    });
    await test.gitHost.settled();
    expect((await list())[0]).toMatchObject({
      guid: failed?.guid,
      redelivery: true,
      status: 'OK',
      status_code: 202,
    });
    const [one, other] = receiver.received;
    expect(other?.headers['x-github-delivery']).toBe(one?.headers['x-github-delivery']);
    expect(other?.body).toBe(one?.body);
    const gone = api.rest.repos.redeliverWebhookDelivery({ ...HOME_OPS, hook_id, delivery_id: 1 });
    expect(await refusal(gone)).toMatchObject({ status: 404 });
  });

  it('contain only the events of the subscription, also for a webhook created over the API', async () => {
    const api = octokit(test.gitHost, test.carol.token);
    const config = { url: receiver.url, content_type: 'json', secret: 'other' };
    await api.rest.repos.createWebhook({ ...HOME_OPS, events: ['issue_comment'], config });
    await aPull(test);
    writeComment(test.repository, 1, '/slipway approve', test.carol.account);
    await test.gitHost.settled();
    const ofOther = await Promise.all(receiver.received.map((one) => verified(one, 'other')));
    expect(told().filter((_event, place) => ofOther[place])).toEqual(['ping', 'issue_comment created']);
    const https = api.rest.repos.createWebhook({
      ...HOME_OPS,
      config: { ...config, url: 'https://x.invalid/' },
    });
    expect(await refusal(https)).toMatchObject({ status: 422 });
    expect(() => test.gitHost.hook(test.repository, 'https://x.invalid/', SECRET)).toThrow('plain HTTP only');
  });

  it('webhook-lost: nothing arrives until it is redelivered', async () => {
    test.faults.arm({ name: 'webhook-lost' });
    await push('main');
    await test.gitHost.settled();
    expect(told()).toEqual([]);
    const lost = test.gitHost.deliveries().at(-1);
    expect(lost).toMatchObject({ event: 'push', statusCode: 0 });
    test.gitHost.hooks.redeliver(lost?.id ?? 0);
    await test.gitHost.settled();
    expect(told()).toEqual(['push']);
  });

  it('webhook-twice: the same arrives twice, with one id', async () => {
    test.faults.arm({ name: 'webhook-twice' });
    await push('main');
    await test.gitHost.settled();
    expect(told()).toEqual(['push', 'push']);
    expect(new Set(receiver.received.map(({ headers }) => headers['x-github-delivery'])).size).toBe(1);
  });

  it('webhook-late: it arrives after the next', async () => {
    test.faults.arm({ name: 'webhook-late' });
    await aPull(test);
    await test.gitHost.settled();
    expect(told()).toEqual(['pull_request opened', 'push']);
  });

  it.each(['webhook-forged', 'webhook-altered'] as const)(
    '%s: the signature is wrong, once',
    async (name) => {
      test.faults.arm({ name });
      await push('main');
      await push('main');
      await test.gitHost.settled();
      expect(await Promise.all(receiver.received.map((one) => verified(one)))).toEqual([false, true]);
    },
  );

  it('webhook-answer-lost: it arrived, and the fake GitHub gets no answer', async () => {
    test.faults.arm({ name: 'webhook-answer-lost' });
    await push('main');
    await test.gitHost.settled();
    expect(test.gitHost.deliveries().at(-1)).toMatchObject({ statusCode: 0, status: 'connection lost' });
    await push('main');
    await test.gitHost.settled();
    expect(told()).toEqual(['push', 'push']);
  });

  it('times out on a receiver that is unreachable, too slow, or gets too large a payload', async () => {
    await receiver.end();
    await push('main');
    await test.gitHost.settled();
    expect(test.gitHost.deliveries().at(-1)).toMatchObject({
      statusCode: 0,
      status: 'failed to connect to host',
    });
    const small = await aFakeGitHub({ limits: { hookPayloadBytes: 100 } });
    try {
      small.gitHost.hook(small.repository, receiver.url, SECRET);
      await small.gitHost.settled();
      expect(small.gitHost.deliveries()).toMatchObject([{ status: 'payload too large' }]);
    } finally {
      await small.end();
    }
  });
});
