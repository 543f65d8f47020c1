import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { githubFaults } from '../../../lab/fake-github/github-faults.js';
import { HOME_OPS, aFakeGitHub, aPull, octokit, refusal, type TestGitHub } from './a-fake-github.js';
import { unplayed } from '../faults/unplayed.js';

describe('faults of the lab’s GitHub', () => {
  let test: TestGitHub;
  let api: Octokit;
  beforeEach(async () => {
    test = await aFakeGitHub({ speed: 1000 });
    await aPull(test);
    api = octokit(test.gitHost, test.carol.token);
  });
  afterEach(() => test.end());

  const list = () => api.rest.pulls.list(HOME_OPS);
  const comment = () => api.rest.issues.createComment({ ...HOME_OPS, issue_number: 1, body: 'x' });
  const comments = (): number => test.repository.comments.size;

  it('github-down: a page for people, and nothing done', async () => {
    test.faults.arm({ name: 'github-down' });
    expect(await refusal(comment())).toMatchObject({ status: 503 });
    expect(await refusal(list())).toMatchObject({ status: 503 });
    test.faults.disarm();
    expect((await list()).status).toBe(200);
    expect(comments()).toBe(0);
  });

  it('github-unreachable: no answer at all', async () => {
    test.faults.arm({ name: 'github-unreachable' });
    expect(await refusal(list())).toMatchObject({ status: 500, message: '' });
    expect(test.gitHost.received().at(-1)).toMatchObject({ status: 0 });
  });

  it('github-hangs: no answer while it stands, then the answer', async () => {
    test.faults.arm({ name: 'github-hangs' });
    const asked = list();
    while (test.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
    test.faults.disarm();
    expect((await asked).status).toBe(200);
    test.faults.arm({ name: 'github-hangs' });
    const signal = AbortSignal.timeout(100);
    const impatient = api.request('GET /repos/{owner}/{repo}', { ...HOME_OPS, request: { signal } });
    expect(await refusal(impatient)).toMatchObject({ status: 500, message: '' });
  });

  it('github-slow: the answer, once later', async () => {
    test.faults.arm({ name: 'github-slow' });
    expect((await list()).status).toBe(200);
    expect(test.faults.fired()).toMatchObject([{ name: 'github-slow' }]);
  });

  it.each([
    ['github-error', 500, '4999'],
    ['github-limited', 403, '0'],
    ['github-limited-twice-over', 403, '4999'],
  ] as const)('%s: once, and nothing done', async (name, status, remaining) => {
    test.faults.arm({ name });
    const error = await comment().catch(
      (thrown: unknown) => thrown as { status: number; response: { headers: Record<string, string> } },
    );
    if (!('response' in error)) throw new Error('it was not refused');
    expect(error.status).toBe(status);
    expect(error.response.headers['x-ratelimit-remaining']).toBe(remaining);
    expect(comments()).toBe(0);
    await comment();
    expect(comments()).toBe(1);
  });

  it('github-answer-lost: the request is carried out, and the client gets no answer', async () => {
    test.faults.arm({ name: 'github-answer-lost' });
    expect((await list()).status).toBe(200);
    expect(await refusal(comment())).toMatchObject({ status: 500, message: '' });
    expect(comments()).toBe(1);
    await comment();
    expect(comments()).toBe(2);
  });

  it('github-token-refused: every token is wrong', async () => {
    test.faults.arm({ name: 'github-token-refused' });
    expect(await refusal(list())).toMatchObject({ status: 401, message: 'Bad credentials' });
  });

  it('comment-refused: nobody may comment, everything else goes on', async () => {
    test.faults.arm({ name: 'comment-refused' });
    expect(await refusal(comment())).toMatchObject({ status: 403 });
    expect((await api.rest.issues.listComments({ ...HOME_OPS, issue_number: 1 })).data).toEqual([]);
    await api.rest.issues.addLabels({ ...HOME_OPS, issue_number: 1, labels: ['x'] });
  });

  it('check-refused: nobody may write statuses and deployments', async () => {
    test.faults.arm({ name: 'check-refused' });
    const sha = (await test.repository.git.heads()).get('main') ?? '';
    const status = api.rest.repos.createCommitStatus({ ...HOME_OPS, sha, state: 'success' });
    expect(await refusal(status)).toMatchObject({ status: 403 });
    const deployment = api.rest.repos.createDeployment({ ...HOME_OPS, ref: 'main' });
    expect(await refusal(deployment)).toMatchObject({ status: 403 });
    await comment();
  });

  it('are all played in these tests', () => {
    expect(unplayed('test/lab/fake-github', Object.keys(githubFaults))).toEqual([]);
  });

  it('do not block the fake GitHub’s stop', async () => {
    test.faults.arm({ name: 'github-hangs' });
    const asked = refusal(list());
    while (test.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await test.gitHost.stop();
    expect(await asked).toMatchObject({ status: 500 });
    const { port } = new URL(test.gitHost.url);
    const free = createServer();
    await new Promise<void>((resolve, reject) => {
      free.once('error', reject);
      free.listen(Number(port), '127.0.0.1', resolve);
    });
    free.close();
  });
});
