import os from 'node:os';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import { publishPlan, type PlanPublished } from '../../src/activities/publish-plan.js';
import type { PullRequestPlan } from '../../src/activities/plan-for-pull-request.js';
import { aListedPull, tryGitHub, type Answered, type TriedGitHub } from '../tools/git-host/a-github.js';
import { runAttempt } from './an-activity.js';

/** A fake GitHub that changes between two requests of ours, as a real one may. */
let there: TriedGitHub;
afterEach(() => there.stop());

const [head, newer] = ['c'.repeat(40), 'd'.repeat(40)];
const plan: PullRequestPlan = {
  about: 'a--b',
  sentence: '',
  text: 'a plan',
  check: { state: 'success', title: 'fine' },
};
const comment = { id: 7, body: '', html_url: '', updated_at: '', user: { login: 'slipway-bot' } };

function publish(answer: (line: string) => Answered | undefined): Promise<PlanPublished> {
  const pull = { head, base: head, branch: head, labels: ['upgrade-pets'] };
  return (async () => {
    there = await tryGitHub(({ line }) => answer(line));
    const worker = {
      dialMap: {},
      credentialsFolder: undefined,
      repositoriesFolder: os.tmpdir(),
    } as unknown as ActivitySettings;
    return runAttempt(() => publishPlan(worker, { repository: there.settings, number: 12, pull, plan }))
      .ended;
  })();
}

/** Answers as GitHub does; the pull request's head is asked for each time. */
const github = (sha: () => string, status: Answered = { status: 201, body: { id: 1 } }) => {
  return (line: string): Answered | undefined => {
    if (line === 'GET /user') return { body: { login: 'slipway-bot' } };
    if (line.includes('/statuses/')) return status;
    if (line.startsWith('POST')) return { status: 201, body: comment };
    if (line.includes('/comments')) return { body: [] };
    const repo = { full_name: 'acme/home-ops' };
    return { body: aListedPull({ state: 'open', merged_at: null, head: { ref: 'x', sha: sha(), repo } }) };
  };
};

describe('a plan that is published', () => {
  test('is made again where the pull request changed while it was written', async () => {
    const heads = [head, head, newer];
    expect(await publish(github(() => heads.shift() ?? newer))).toBe('overtaken');
  });

  test('is left to the next delivery where the pull request changed while it waited', async () => {
    const heads = [head, newer];
    expect(await publish(github(() => heads.shift() ?? newer))).toBe('moved');
    expect(there.asked.filter(({ line }) => !line.startsWith('GET'))).toEqual([]);
  });

  test('is written where there was none, with a marker that a comment may have', async () => {
    expect(await publish(github(() => head))).toBe('written');
    const made = there.asked.find(({ line }) => line.startsWith('POST') && line.endsWith('/comments'));
    expect(made?.body).toEqual({ body: '<!-- slipway:plan/a-b -->\na plan' });
  });

  test('is written without a check where the fake GitHub accepts none from us', async () => {
    const refused = { status: 403, body: { message: 'Resource not accessible by personal access token' } };
    expect(await publish(github(() => head, refused))).toBe('no-check');
  });

  test('is retried where the check failed for a while', async () => {
    const failed = { status: 502, body: { message: 'Bad gateway' } };
    await expect(publish(github(() => head, failed))).rejects.toMatchObject({ nonRetryable: false });
  });
});
