import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Delivery } from '../../src/workflows/delivery-messages.js';
import { secrets, tryWebhookServer, type TriedWebhookServer } from './a-webhook-server.js';
import { aComment, aPull, aPush, signatureOf } from './a-starter.js';
import { begins, declaration, wantsUpgrade } from './declarations.js';

/*
 * Whatever arrives, in whatever order and how often: a delivery is started when, and only when, every rule below says so. The rules are
 * written again here, by what the generator made, not by what the webhook server reads.
 */

/** The branch and the secrets of the repositories that send webhooks. */
const known: ReadonlyMap<string, { readonly branch: string; readonly secret: string }> = new Map([
  ['acme/home-ops', { branch: 'main', secret: secrets.homeOps }],
  ['acme/lab', { branch: 'release/stable', secret: secrets.lab }],
]);

/** A thousand deliveries say enough of a change; every night ten rounds of as many look for what is rare. */
const rounds = Array.from(
  { length: process.env['SLIPWAY_PROPERTIES'] === 'thorough' ? 10 : 1 },
  (_, index) => index + 1,
);

const nasty = [
  '../../etc/passwd',
  '--upload-pack=reboot',
  '$(reboot)',
  '\u0000',
  'main\nmain',
  '__proto__',
  'constructor',
  '',
  'MAIN',
  '\u202Eniam',
  'x'.repeat(400),
];

/** A value that is mostly valid. */
const mostly = <T>(good: fc.Arbitrary<T>, ...bad: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: good, weight: 12 }, ...bad.map((arbitrary) => ({ arbitrary, weight: 1 })));
const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const hexDigits = '0123456789abcdef'.split('');

const sha = mostly(
  fc.string({ unit: one(...hexDigits), minLength: 40, maxLength: 40 }),
  one('0'.repeat(40), 'HEAD', '', 'g'.repeat(40), 'A'.repeat(40), 'a'.repeat(39), 'f'.repeat(64)),
);
const isSha = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** A few ids come again and again. */
const id = mostly<string>(
  fc.uuid(),
  one('72d3162e-cc78-11e3-81ab-4c9367dc0958', '72D3162E-CC78-11E3-81AB-4C9367DC0958'),
  one('poll-head-0-0', 'run/prox-ops/1', '../x', 'a'.repeat(36), ' '),
);
const isId = (text: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);

const attempt = fc.record({
  repository: mostly<string>(
    one(...known.keys()),
    one('acme/other', 'home/homelab', 'Acme/HOME-OPS'),
    one(...nasty),
  ),
  /** Whose secret signs: the repository's own, or another. */
  signer: mostly<string>(one('own'), one('other', 'wrong')),
  spoiled: mostly<string>(one('no'), one('body', 'signature', 'no-signature', 'event', 'type', 'packed')),
  event: mostly<string>(
    one('as-it-is'),
    one('push', 'pull_request', 'issue_comment', 'ping', 'constructor', ...nasty),
  ),
  kind: one('push', 'pull_request', 'issue_comment'),
  branch: mostly<string>(one('own'), one('own/', 'refs/heads/own', 'try', ...nasty)),
  action: mostly<string>(
    one('opened', 'synchronize', 'closed', 'labeled', 'created'),
    one('assigned', 'deleted', 'edited', ...nasty),
  ),
  merged: fc.boolean(),
  deleted: mostly(fc.constant(false), fc.constant(true)),
  fork: mostly<string>(one('no'), one('yes', 'gone')),
  bot: mostly(fc.constant(false), fc.constant(true)),
  number: mostly<unknown>(fc.integer({ min: 1, max: 9_999 }), one<unknown>(0, -1, '12', null, 1.5)),
  text: mostly<string>(
    one('/slipway approve 3f2a', '  /slipway plan'),
    one('LGTM', '/slipwayx', '> /slipway approve', ...nasty),
    fc.string(),
  ),
  before: sha,
  after: sha,
  id,
  /** Git's declaration of the cluster on both sides. */
  was: declaration,
  now: declaration,
});
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

/** A merge is read; any other event begins nothing. */
const isMerge = ({ kind, action, merged }: Attempt): boolean =>
  kind === 'push' || (kind === 'pull_request' && action === 'closed' && merged);

/** The repository as its git host writes it, and its settings in starter.yaml. */
const settingsOf = ({ repository }: Attempt) => known.get(repository.toLowerCase());
const branchOf = (given: Attempt): string => given.branch.replace('own', settingsOf(given)?.branch ?? 'main');

/** The pull request actions that become deliveries; `edited` here has no previous values. */
const delivered = new Set(['opened', 'synchronize', 'closed', 'labeled']);
const pullRules = (given: Attempt): boolean =>
  delivered.has(given.action) &&
  branchOf(given) === settingsOf(given)?.branch &&
  isSha(given.before) &&
  isSha(given.after) &&
  isNumber(given) &&
  (given.fork === 'no' || (given.action === 'closed' && given.merged));
const isNumber = ({ number }: Attempt): boolean =>
  typeof number === 'number' && Number.isInteger(number) && number > 0;
const rules: Readonly<Record<string, (given: Attempt) => boolean>> = {
  push: (given) =>
    branchOf(given) === settingsOf(given)?.branch &&
    isSha(given.before) &&
    isSha(given.after) &&
    !/^0*$/.test(given.after) &&
    !given.deleted,
  pull_request: pullRules,
  issue_comment: (given) =>
    given.action === 'created' && isNumber(given) && !given.bot && /^\s*\/slipway(\s|$)/.test(given.text),
};

function mayStart(given: Attempt): boolean {
  const event = given.event === 'as-it-is' ? given.kind : given.event;
  return (
    settingsOf(given) !== undefined &&
    given.signer === 'own' &&
    given.spoiled === 'no' &&
    isId(given.id) &&
    event === given.kind &&
    rules[given.kind]?.(given) === true
  );
}

function payloadOf(given: Attempt): Record<string, unknown> {
  const { repository: name, action, after, before, text } = given;
  const repository = { full_name: name };
  const user = { login: 'ada', type: given.bot ? 'Bot' : 'User' };
  const heads: Record<string, object | null> = {
    no: repository,
    yes: { full_name: 'mallory/home-ops' },
    gone: null,
  };
  switch (given.kind) {
    case 'push':
      return aPush({
        ref: `refs/heads/${branchOf(given)}`,
        before,
        after,
        deleted: given.deleted,
        repository,
      });
    case 'pull_request':
      return aPull(
        {
          number: given.number,
          title: text,
          merged: given.merged,
          merge_commit_sha: after,
          base: { ref: branchOf(given), sha: before, repo: repository },
          head: { ref: 'renovate/talos', sha: after, repo: heads[given.fork] },
        },
        { action, repository },
      );
    default:
      return aComment(text, {
        action,
        issue: { number: given.number, pull_request: {} },
        comment: { id: 99, body: text, user },
        repository,
      });
  }
}

let sendings = 0;

async function send(webhookServer: TriedWebhookServer, given: Attempt): Promise<number> {
  const own = settingsOf(given)?.secret ?? secrets.homeOps;
  const other = own === secrets.lab ? secrets.homeOps : secrets.lab;
  const secret = given.signer === 'own' ? own : given.signer === 'other' ? other : 'wrong';
  // A git host never sends the same bytes twice, except for a repeated delivery.
  const honest = Buffer.from(JSON.stringify({ ...payloadOf(given), made: (sendings += 1) }));
  const body = given.spoiled === 'body' ? Buffer.concat([honest, Buffer.from(' ')]) : honest;
  const signature = signatureOf(secret, honest);
  const spoiled: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
    signature: { 'x-hub-signature-256': signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
    'no-signature': { 'x-hub-signature-256': undefined },
    event: { 'x-github-event': undefined },
    type: { 'content-type': 'text/plain' },
    packed: { 'content-encoding': 'br' },
  };
  const event = given.event === 'as-it-is' ? given.kind : given.event;
  const headers = { 'x-hub-signature-256': signature, ...spoiled[given.spoiled] };
  const answer = await webhookServer.post({ payload: body, event, id: given.id, secret, headers });
  return answer.status;
}

/** What is wrong with a started delivery, whatever the input: nothing ever is. */
function unsound({ schema, id: started, repository, via, event }: Delivery): string[] {
  const hex = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
  const wrong: Record<string, boolean> = {
    schema: schema !== 1 || via !== 'webhook',
    id: !/^[0-9a-f-]{36}$/.test(started),
    repository: !known.has(repository.name),
    size: JSON.stringify(event).length > 20_000,
  };
  if (event.kind === 'comment') wrong['body'] = event.body.length > 2_000;
  if (event.kind === 'push') {
    wrong['branch'] = event.branch !== repository.branch;
    wrong['shas'] = !hex.test(event.before) || !hex.test(event.after);
  }
  if (event.kind === 'pull-request') {
    wrong['branch'] = event.base.branch !== repository.branch;
    wrong['shas'] = !hex.test(event.base.sha) || !hex.test(event.head.sha);
    wrong['title'] = event.title.length > 300 || /\p{Cc}/u.test(event.title);
    const fork = event.head.repository.toLowerCase() !== repository.name.toLowerCase();
    wrong['fork'] = fork && event.action !== 'merged';
  }
  return Object.keys(wrong).filter((name) => wrong[name]);
}

describe.each(rounds)('generated deliveries, round %i', () => {
  let webhookServer: TriedWebhookServer;
  beforeAll(() => {
    webhookServer = tryWebhookServer();
  });
  afterAll(() => webhookServer.app.close());

  test('start what they should, and nothing else', async () => {
    let sent = 0;
    let started = 0;
    let begun = 0;
    const property = fc.asyncProperty(fc.array(attempt, { minLength: 2, maxLength: 4 }), async (attempts) => {
      webhookServer.started.length = 0;
      webhookServer.told.length = 0;
      for (const given of attempts) {
        sent += 1;
        const status = await send(webhookServer, given);
        expect(status === 202).toBe(webhookServer.told.at(-1)?.status === 202);
        expect([202, 401, 415, 422]).toContain(status);
      }
      const wanted = new Set(attempts.filter(mayStart).map((given) => given.id.toLowerCase()));
      expect(webhookServer.started.map((delivery) => delivery.id).toSorted()).toEqual([...wanted].toSorted());
      expect(webhookServer.started.flatMap(unsound)).toEqual([]);
      started += webhookServer.started.length;
      for (const { event, id: own } of webhookServer.started) {
        const given = attempts.find((each) => mayStart(each) && each.id.toLowerCase() === own);
        if (!given) throw new Error('it was started by none of them');
        const { was, now } = given;
        const upgrades = begins(event, was.text, now.text);
        expect({ upgrades, was, now }).toEqual({
          upgrades: isMerge(given) && wantsUpgrade(was, now),
          was,
          now,
        });
        if (upgrades) begun += 1;
      }
    });
    await fc.assert(property, { numRuns: 500 });
    expect(sent).toBeGreaterThanOrEqual(1_000);
    // A generator of nothing but rubbish would prove little.
    expect(started).toBeGreaterThan(100);
    expect(begun).toBeGreaterThan(10);
  });

  test('with anything in the place of anything, are refused or sound', async () => {
    const made = one<[string, Record<string, unknown>]>(
      ['push', aPush()],
      ['pull_request', aPull()],
      ['issue_comment', aComment('/slipway approve')],
    );
    const property = fc.asyncProperty(
      made,
      fc.nat(),
      fc.jsonValue(),
      fc.uuid(),
      async ([event, payload], at, junk, given) => {
        webhookServer.started.length = 0;
        const status = (await webhookServer.post({ payload: replaced(payload, at, junk), event, id: given }))
          .status;
        expect([202, 401, 422]).toContain(status);
        expect(webhookServer.started.flatMap(unsound)).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  test('of any JSON at all start nothing', async () => {
    const property = fc.asyncProperty(
      fc.jsonValue(),
      one('push', 'pull_request', 'issue_comment', 'ping'),
      fc.uuid(),
      async (junk, event, given) => {
        webhookServer.started.length = 0;
        const about = { repository: { full_name: 'acme/home-ops' } };
        const payload =
          typeof junk === 'object' && junk !== null && !Array.isArray(junk) ? { ...junk, ...about } : junk;
        await webhookServer.post({ payload, event, id: given });
        expect(webhookServer.started).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});

/** The payload with one of its values, counted through all of it, replaced. */
function replaced(payload: unknown, at: number, junk: unknown): unknown {
  const paths = pathsOf(payload);
  const path = paths[at % paths.length] ?? [];
  const copy: unknown = structuredClone(payload);
  let place = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>;
  place[path.at(-1) ?? ''] = junk;
  return copy;
}

function pathsOf(value: unknown, before: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [before];
  const inside = Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...before, key]));
  return before.length === 0 ? inside : [before, ...inside];
}
