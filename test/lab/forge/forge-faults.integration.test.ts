import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { forgeFaults } from '../../../lab/forge/forge-faults.js';
import { HOME_OPS, aForge, aPull, octokit, refusal, type TestForge } from './a-forge.js';
import { unplayed } from '../faults/unplayed.js';

describe('faults of the lab’s forge', () => {
  let test: TestForge;
  let api: Octokit;
  beforeEach(async () => {
    test = await aForge({ speed: 1000 });
    await aPull(test);
    api = octokit(test.forge, test.carol.token);
  });
  afterEach(() => test.end());

  const list = () => api.rest.pulls.list(HOME_OPS);
  const comment = () => api.rest.issues.createComment({ ...HOME_OPS, issue_number: 1, body: 'x' });
  const comments = (): number => test.repository.comments.size;

  it('forge-down: a page for people, and nothing done', async () => {
    test.faults.arm({ name: 'forge-down' });
    expect(await refusal(comment())).toMatchObject({ status: 503 });
    expect(await refusal(list())).toMatchObject({ status: 503 });
    test.faults.disarm();
    expect((await list()).status).toBe(200);
    expect(comments()).toBe(0);
  });

  it('forge-unreachable: no answer at all', async () => {
    test.faults.arm({ name: 'forge-unreachable' });
    expect(await refusal(list())).toMatchObject({ status: 500, message: '' });
    expect(test.forge.received().at(-1)).toMatchObject({ status: 0 });
  });

  it('forge-hangs: no answer while it stands, then the answer', async () => {
    test.faults.arm({ name: 'forge-hangs' });
    const asked = list();
    while (test.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
    test.faults.disarm();
    expect((await asked).status).toBe(200);
    test.faults.arm({ name: 'forge-hangs' });
    const signal = AbortSignal.timeout(100);
    const impatient = api.request('GET /repos/{owner}/{repo}', { ...HOME_OPS, request: { signal } });
    expect(await refusal(impatient)).toMatchObject({ status: 500, message: '' });
  });

  it('forge-slow: the answer, once later', async () => {
    test.faults.arm({ name: 'forge-slow' });
    expect((await list()).status).toBe(200);
    expect(test.faults.fired()).toMatchObject([{ name: 'forge-slow' }]);
  });

  it.each([
    ['forge-error', 500, '4999'],
    ['forge-limited', 403, '0'],
    ['forge-limited-twice-over', 403, '4999'],
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

  it('forge-answer-lost: it is done, and whoever asked does not know', async () => {
    test.faults.arm({ name: 'forge-answer-lost' });
    expect((await list()).status).toBe(200);
    expect(await refusal(comment())).toMatchObject({ status: 500, message: '' });
    expect(comments()).toBe(1);
    await comment();
    expect(comments()).toBe(2);
  });

  it('forge-token-refused: every token is wrong', async () => {
    test.faults.arm({ name: 'forge-token-refused' });
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
    expect(unplayed('test/lab/forge', Object.keys(forgeFaults))).toEqual([]);
  });

  it('do not stand in the way of the forge’s end', async () => {
    test.faults.arm({ name: 'forge-hangs' });
    const asked = refusal(list());
    while (test.faults.fired().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await test.forge.stop();
    expect(await asked).toMatchObject({ status: 500 });
    const { port } = new URL(test.forge.url);
    const free = createServer();
    await new Promise<void>((resolve, reject) => {
      free.once('error', reject);
      free.listen(Number(port), '127.0.0.1', resolve);
    });
    free.close();
  });
});
