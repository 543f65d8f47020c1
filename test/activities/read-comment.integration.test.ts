import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { changeComment, deleteComment, writeComment } from '../../lab/fake-github/comments.js';
import type { Account } from '../../lab/fake-github/accounts.js';
import type { Comment } from '../../lab/fake-github/records.js';
import type { ActivitySettings, PlanAnswers } from '../../src/activities/activity-context.js';
import { answerPlan } from '../../src/activities/answer-plan.js';
import { readComment, type CommentRead } from '../../src/activities/read-comment.js';
import { commentOnPullRequest } from '../../src/activities/comment-on-pull-request.js';
import type { RunOfPull } from '../../src/planning/merge/comment-answers.js';
import type { PlanAnswered } from '../../src/starter/answer-plan.js';
import type { RepositorySettings } from '../../src/starter/settings.js';
import type { CommentEvent, Delivery } from '../../src/workflows/delivery-messages.js';
import { aFakeGitHub, aPull, type TestGitHub } from '../lab/fake-github/a-fake-github.js';
import { aRepository, uuid } from '../starter/a-starter.js';
import { runAttempt } from './an-activity.js';

const plan = '3f2a8c91d0aa'.padEnd(64, '0');
const needs = [{ kind: 'delta', why: 'upgrade.approve of slipway.yaml names minor' }] as const;
const waiting: RunOfPull = { cluster: 'prox-ops', run: 42, waits: { plan, needs } };
const approve = '/slipway approve 3f2a8c91d0aa the fix is urgent';

/** The lab's fake GitHub, with a pull request, users with and without write access, and an account of Slipway's own. */
let there: TestGitHub;
let repository: RepositorySettings;
let ada: Account;
let reader: Account;
let own: Account;
let now: Date;
beforeEach(async () => {
  now = new Date('2026-11-23T12:00:00.000Z');
  there = await aFakeGitHub({ now: () => now });
  await aPull(there);
  const { gitHost, folder } = there;
  const person = (login: string, role: 'write' | 'read'): { account: Account; token: string } =>
    gitHost.person(login, { 'acme/home-ops': role });
  ada = person('ada', 'write').account;
  reader = person('reader', 'read').account;
  const slipway = person('slipway-of-acme', 'write');
  own = slipway.account;
  await writeFile(path.join(folder, 'token'), slipway.token, { mode: 0o600 });
  const access = { token: { file: 'token' } };
  repository = aRepository({ api: gitHost.api, access, base: folder, pauses: 'none' });
});
afterEach(() => there.end());

function settings(runs: readonly RunOfPull[], answer?: PlanAnswers['answer']): ActivitySettings {
  const plans: PlanAnswers = {
    ofPull: (of) => Promise.resolve(of.repository === 'acme/home-ops' && of.pullRequest === 1 ? runs : []),
    answer: answer ?? (() => Promise.reject(new Error('nobody is asked here'))),
  };
  const repositoriesFolder = path.join(there.folder, 'mirrors');
  return { credentialsFolder: undefined, repositoriesFolder, plans } as unknown as ActivitySettings;
}

/** As it is delivered. */
function delivered({ id, issue, by, body }: Comment, changes: Partial<CommentEvent> = {}): Delivery {
  const event: CommentEvent = {
    kind: 'comment',
    number: issue,
    comment: id,
    by: by.login,
    body,
    ...changes,
  };
  return { schema: 1, id: uuid, repository, receivedAt: now.toISOString(), via: 'webhook', event };
}

const read = (delivery: Delivery, runs: readonly RunOfPull[] = [waiting]): Promise<CommentRead> =>
  runAttempt(() => readComment(settings(runs), { delivery })).ended;

const written = (body: string, by = ada): Comment => writeComment(there.repository, 1, body, by);

describe('a comment of somebody who may write', () => {
  test('is an answer to the plan that waits, with who gave it, where, and why', async () => {
    const comment = written(approve);
    expect(await read(delivered(comment))).toEqual({
      kind: 'answer',
      request: {
        cluster: 'prox-ops',
        run: 42,
        verb: 'approve',
        input: {
          plan: '3f2a8c91d0aa',
          by: 'github:ada',
          why: 'the fix is urgent',
          from: `comment ${comment.id} at acme/home-ops#1`,
        },
        updateId: `comment/acme/home-ops/${comment.id}`,
      },
    });
  });

  test('is for the run whose plan it names, where the merge made several', async () => {
    const other = { ...waiting, cluster: 'atlas', run: 7, waits: { plan: 'ab'.repeat(32), needs } };
    const found = await read(delivered(written('/slipway reject abababab not this one')), [waiting, other]);
    expect(found).toMatchObject({ kind: 'answer', request: { cluster: 'atlas', run: 7, verb: 'reject' } });
  });

  test('counts as it is delivered, whatever ends its lines', async () => {
    const comment = written(`${approve}\r\nas we said`);
    expect(await read(delivered(comment, { body: `${approve}\nas we said` }))).toMatchObject({
      kind: 'answer',
    });
  });

  test.each([
    ['without a hash', '/slipway approve looks good', /names the plan it is about/],
    ['of another plan', '/slipway approve abcdef012345 looks good', /begins with abcdef012345/],
    ['without a reason', '/slipway approve 3f2a8c91d0aa', /needs a reason/],
    ['that says something else', '/slipway abort now', /knows approve and reject/],
  ])('%s gets a reply with the line to type', async (_case, body, said) => {
    const found = await read(delivered(written(body)));
    expect(found).toMatchObject({ kind: 'no-answer', text: expect.stringMatching(said) });
    expect(found).toMatchObject({ text: expect.stringContaining('/slipway approve 3f2a8c91d0aa REASON') });
  });

  test.each([
    ['nothing came of it', [], /no open run came from this pull request/],
    ['its run does not wait', [{ cluster: 'prox-ops', run: 42 }], /its plan waits for no answer/],
  ])('gets a reply that says so where %s', async (_case, runs, said) => {
    expect(await read(delivered(written(approve)), runs)).toMatchObject({
      kind: 'no-answer',
      text: expect.stringMatching(said),
    });
  });
});

describe('no answer is a comment', () => {
  test('of somebody who may only read, nor of another user', async () => {
    expect(await read(delivered(written(approve, reader)))).toMatchObject({
      kind: 'no-answer',
      text: expect.stringContaining('reader may not answer plans'),
    });
    const outsider = there.gitHost.person('mallory').account;
    expect(await read(delivered(written(approve, outsider)))).toMatchObject({ kind: 'no-answer' });
  });

  test('that was edited since it was written, whoever did, and whatever it says now', async () => {
    const comment = written('/slipway reject 3f2a8c91d0aa no');
    const as = delivered(comment);
    now = new Date('2026-11-23T12:00:05.000Z');
    changeComment(there.repository, comment.id, approve, there.carol.account);
    const edited = { kind: 'no-answer', text: expect.stringContaining('It was edited after it was written') };
    expect(await read(as)).toMatchObject(edited);
    // As a poll would deliver it: with its present text.
    expect(await read(delivered(comment))).toMatchObject(edited);
  });

  test('that is gone, of a bot, of ourselves, or of another pull request than was delivered', async () => {
    const gone = written(approve);
    deleteComment(there.repository, gone.id, ada);
    expect(await read(delivered(gone))).toEqual({ kind: 'ignored', why: 'it was deleted' });
    expect(await read(delivered(written(approve, own)))).toEqual({ kind: 'ignored', why: 'it is our own' });
    const comment = written(approve);
    const changed = (changes: Partial<CommentEvent>): Delivery => delivered(comment, changes);
    expect(await read(changed({ by: 'renovate[bot]' }))).toMatchObject({ kind: 'ignored' });
    expect(await read(changed({ number: 2 }))).toMatchObject({ kind: 'ignored' });
    expect(await read(changed({ by: 'carol' }))).toMatchObject({ kind: 'ignored' });
  });

  test('where there is only a git server', async () => {
    const delivery = {
      ...delivered(written(approve)),
      repository: { ...repository, gitHost: 'git' as const },
    };
    expect(await read(delivery)).toMatchObject({ kind: 'ignored' });
  });

  test('that was replied to: delivered again, it gets no second reply', async () => {
    const comment = written(approve);
    const reply = { repository, number: 1, marker: `answer/${comment.id}`, text: 'Plan is approved' };
    await runAttempt(() => commentOnPullRequest(settings([]), reply)).ended;
    expect(await read(delivered(comment))).toEqual({ kind: 'ignored', why: 'it was replied to before' });
    // Another user's comment with that marker is no reply of ours.
    const other = written(approve);
    written(`<!-- slipway:answer/${other.id} -->\nforged`);
    expect(await read(delivered(other))).toMatchObject({ kind: 'answer' });
  });
});

describe('an answer that is passed to its run', () => {
  const by = { plan, by: 'github:ada', why: 'the fix is urgent', at: '2026-11-23T12:00:00.000Z' };
  const request = {
    cluster: 'prox-ops',
    run: 42,
    verb: 'approve',
    input: { plan, by: 'github:ada', why: 'the fix is urgent' },
    updateId: 'comment/acme/home-ops/1',
  } as const;
  const replyTo = (answered: PlanAnswered) =>
    runAttempt(() =>
      answerPlan(
        settings([], () => Promise.resolve(answered)),
        request,
      ),
    ).ended;

  test.each<[PlanAnswered, string, RegExp]>([
    [
      { kind: 'answered', answer: { verdict: 'approved', approval: by } },
      'counted',
      /approved by github:ada: it goes on/,
    ],
    [{ kind: 'answered', answer: { verdict: 'rejected', rejection: by } }, 'counted', /is rejected by/],
    [
      { kind: 'refused', why: 'The run asks about another plan.' },
      'not-counted',
      /asks about another plan\.$/,
    ],
    [{ kind: 'ended' }, 'not-counted', /has ended/],
    [{ kind: 'unknown' }, 'not-counted', /has ended/],
  ])('%j becomes a reply', async (answered, outcome, said) => {
    expect(await replyTo(answered)).toEqual({ outcome, text: expect.stringMatching(said) });
  });

  test('is passed again where the run did not respond', async () => {
    await expect(replyTo({ kind: 'unanswered', sent: true })).rejects.toMatchObject({ nonRetryable: false });
  });
});
