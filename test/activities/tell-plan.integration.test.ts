import os from 'node:os';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import { tellPlan, type PlanTold } from '../../src/activities/tell-plan.js';
import type { PullRequestPlan } from '../../src/activities/plan-for-pull-request.js';
import { aListedPull, tryGitHub, type Answered, type TriedGitHub } from '../tools/forge/a-github.js';
import { runAttempt } from './an-activity.js';

/** What a forge does between two questions of ours, which a real one does when it likes. */
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

function told(answer: (line: string) => Answered | undefined): Promise<PlanTold> {
  const pull = { head, base: head, branch: head, labels: ['upgrade-pets'] };
  return (async () => {
    there = await tryGitHub(({ line }) => answer(line));
    const worker = {
      dialMap: {},
      credentialsFolder: undefined,
      repositoriesFolder: os.tmpdir(),
    } as unknown as ActivitySettings;
    return runAttempt(() => tellPlan(worker, { repository: there.settings, number: 12, pull, plan })).ended;
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

describe('a plan that is told', () => {
  test('is asked for again where the pull request became another while it was written', async () => {
    const heads = [head, head, newer];
    expect(await told(github(() => heads.shift() ?? newer))).toBe('overtaken');
  });

  test('is left to its own delivery where the pull request became another while it waited for its turn', async () => {
    const heads = [head, newer];
    expect(await told(github(() => heads.shift() ?? newer))).toBe('moved');
    expect(there.asked.filter(({ line }) => !line.startsWith('GET'))).toEqual([]);
  });

  test('stands there where it did not, by a mark that a comment takes', async () => {
    expect(await told(github(() => head))).toBe('told');
    const made = there.asked.find(({ line }) => line.startsWith('POST') && line.endsWith('/comments'));
    expect(made?.body).toEqual({ body: '<!-- slipway:plan/a-b -->\na plan' });
  });

  test('stands there without a check where the forge takes none of us', async () => {
    const refused = { status: 403, body: { message: 'Resource not accessible by personal access token' } };
    expect(await told(github(() => head, refused))).toBe('no-check');
  });

  test('is tried again where the check went wrong for a while', async () => {
    const failed = { status: 502, body: { message: 'Bad gateway' } };
    await expect(told(github(() => head, failed))).rejects.toMatchObject({ nonRetryable: false });
  });
});
