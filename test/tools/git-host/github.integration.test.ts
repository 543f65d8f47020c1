import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { GitHostFailed } from '../../../src/tools/git-host/git-host-failed.js';
import { mayAtLeast, permissionOf } from '../../../src/tools/git-host/github-people.js';
import {
  headOf,
  labelsOf,
  openPullRequests,
  pullRequest,
  pullRequestsMergedSince,
  pullRequestsOf,
} from '../../../src/tools/git-host/github-pulls.js';
import { openGitHub } from '../../../src/tools/git-host/github.js';
import { aListedPull, token, tryGitHub, type TriedGitHub } from './a-github.js';

let there: TriedGitHub;
afterEach(() => there.stop());

const repo = '/repos/acme/home-ops';
const anything = z.object({});

/** The error of a call. */
async function failure(act: Promise<unknown>): Promise<GitHostFailed> {
  const error: unknown = await act.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof GitHostFailed)) throw error;
  return error;
}

describe('every call', () => {
  test('goes to the API of starter.yaml, signed in with the token', async () => {
    there = await tryGitHub(() => ({ body: { full_name: 'acme/home-ops' } }));
    await (await there.open()).call(anything, 'GET /repos/{owner}/{repo}');
    expect(there.lines()).toEqual([`GET ${repo}`]);
    expect(there.asked[0]?.headers['authorization']).toBe(`token ${token}`);
  });

  test.each([
    [401, 'forbidden', { message: 'Bad credentials' }],
    [403, 'forbidden', { message: 'Resource not accessible by personal access token' }],
    [404, 'missing', { message: 'Not Found' }],
    [422, 'refused', { message: 'Validation Failed' }],
  ])('that is answered %i is %s, and says so without the token', async (status, trouble, body) => {
    there = await tryGitHub(() => ({ status, body: { message: `${body.message} ${token}` } }));
    const failed = await failure((await there.open()).call(anything, 'GET /repos/{owner}/{repo}'));
    expect(failed).toMatchObject({ trouble, status, passes: false });
    expect(failed.message).toContain(body.message);
    expect(failed.message).not.toContain(token);
  });

  test('that is rate-limited fails at once where the pause is long', async () => {
    const reset = Math.floor(Date.now() / 1000) + 1_800;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
    there = await tryGitHub(() => ({ status: 403, headers, body: { message: 'API rate limit exceeded' } }));
    const failed = await failure((await there.open()).call(anything, 'GET /repos/{owner}/{repo}'));
    expect(failed).toMatchObject({ trouble: 'busy', passes: true });
    expect(failed.retryAfterMs).toBeGreaterThan(1_700_000);
    expect(there.asked).toHaveLength(1);
  });

  test('that is rate-limited is retried after a short pause', async () => {
    there = await tryGitHub(() =>
      there.asked.length === 1
        ? {
            status: 403,
            headers: { 'retry-after': '1' },
            body: { message: 'You have exceeded a secondary rate limit' },
          }
        : { body: {} },
    );
    await (await there.open()).call(anything, 'GET /repos/{owner}/{repo}');
    expect(there.asked).toHaveLength(2);
  });

  test('that fails at GitHub is retried after a second, where that creates no duplicate', async () => {
    there = await tryGitHub(() =>
      there.asked.length === 1 ? { status: 502, body: '<html>' } : { body: {} },
    );
    const { pauses: _none, ...asUsual } = there.settings;
    const github = await openGitHub(asUsual);
    const began = Date.now();
    await github.call(anything, 'GET /repos/{owner}/{repo}');
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(there.asked).toHaveLength(2);
  });

  test('that creates something is sent once', async () => {
    there = await tryGitHub(() => ({ status: 502, body: '<html>' }));
    const github = await there.open();
    const failed = await failure(
      github.call(anything, 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        issue_number: 1,
        body: 'x',
      }),
    );
    expect(failed).toMatchObject({ trouble: 'unreachable', passes: true });
    expect(there.asked).toHaveLength(1);
  });

  test('follows no redirect: a token is for one address', async () => {
    there = await tryGitHub(({ line }) =>
      line === `GET ${repo}`
        ? { status: 301, headers: { location: `${there.url}/elsewhere` } }
        : { body: {} },
    );
    const github = await there.open();
    const failed = await failure(github.call(anything, 'GET /repos/{owner}/{repo}'));
    expect(failed.message).toContain('another address (301)');
    expect(there.lines()).not.toContain('GET /elsewhere');
  });

  test('with an unexpected answer is strange', async () => {
    there = await tryGitHub(() => ({ body: { commit: { sha: 'HEAD' } } }));
    const failed = await failure(headOf(await there.open(), 'main', undefined));
    expect(failed).toMatchObject({ trouble: 'strange', passes: false });
  });

  test('reads no more than an answer can be', async () => {
    there = await tryGitHub(() => ({ body: JSON.stringify('x'.repeat(11 * 1024 * 1024)) }));
    const failed = await failure((await there.open()).call(anything, 'POST /repos/{owner}/{repo}/x'));
    expect(failed.message).toContain('more than 10 MiB');
  });
});

describe('conditional requests', () => {
  test('report an unchanged answer', async () => {
    there = await tryGitHub(({ headers }) =>
      headers['if-none-match'] === '"1"'
        ? { status: 304 }
        : { headers: { etag: '"1"' }, body: { commit: { sha: 'a'.repeat(40) } } },
    );
    const github = await there.open();
    const first = await headOf(github, 'release/stable', undefined);
    expect(first).toEqual({ changed: true, value: 'a'.repeat(40), etag: '"1"' });
    expect(await headOf(github, 'release/stable', '"1"')).toEqual({ changed: false });
    expect(there.lines()).toEqual(Array(2).fill(`GET ${repo}/branches/release/stable`));
  });
});

describe('pull requests', () => {
  test('are open ones into the branch; a fork is named as such', async () => {
    const open = { state: 'open', merged_at: null };
    const head = { ref: 'main', sha: 'd'.repeat(40), repo: { full_name: 'mallory/home-ops' } };
    there = await tryGitHub(() => ({
      body: [
        aListedPull(open),
        aListedPull({ ...open, head }),
        aListedPull({ ...open, head: { ...head, repo: null } }),
      ],
    }));
    const found = await openPullRequests(await there.open(), 'main', undefined);
    expect(found).toMatchObject({
      changed: true,
      value: [
        // Its trial merge is on no branch.
        { state: 'open', mergeCommit: undefined, head: { fork: false } },
        { head: { fork: true, repository: 'mallory/home-ops' } },
        { head: { fork: true, repository: '' } },
      ],
    });
    expect(there.lines()[0]).toContain('/pulls?state=open&base=main');
  });

  test('are those merged since', async () => {
    there = await tryGitHub(() => ({
      body: [
        aListedPull({ number: 1 }),
        aListedPull({ number: 2, merged_at: '2026-11-20T10:00:00Z' }),
        aListedPull({ number: 3, merged_at: null }),
      ],
    }));
    const found = await pullRequestsMergedSince(
      await there.open(),
      'main',
      '2026-11-21T00:00:00.000Z',
      undefined,
    );
    expect(found).toMatchObject({ changed: true, value: [{ number: 1, mergeCommit: 'b'.repeat(40) }] });
  });

  test('are those that brought a commit into the branch', async () => {
    there = await tryGitHub(() => ({
      body: [
        aListedPull(),
        aListedPull({ number: 13, merged_at: null, state: 'open' }),
        aListedPull({
          number: 14,
          base: { ref: 'try', sha: 'a'.repeat(40), repo: { full_name: 'acme/home-ops' } },
        }),
      ],
    }));
    const found = await pullRequestsOf(await there.open(), 'b'.repeat(40), 'main');
    expect(found.map(({ number }) => number)).toEqual([12]);
  });

  test('one has its labels', async () => {
    there = await tryGitHub(({ line }) =>
      line.includes('/labels') ? { body: [{ name: 'upgrade-cattle' }] } : { body: aListedPull() },
    );
    const github = await there.open();
    expect(await pullRequest(github, 12)).toMatchObject({ state: 'merged', labels: ['upgrade-pets'] });
    expect(await labelsOf(github, 12)).toEqual(['upgrade-cattle']);
  });
});

describe('a user’s permission', () => {
  test.each([
    [{ permission: 'write', role_name: 'maintain' }, 'maintain', true],
    [{ permission: 'read', role_name: 'triage' }, 'triage', false],
    [{ permission: 'write', role_name: 'release-engineers' }, 'write', true],
    [{ permission: 'owner' }, 'none', false],
  ])('%j is %s', async (body, expected, mayWrite) => {
    there = await tryGitHub(() => ({ body }));
    const found = await permissionOf(await there.open(), 'ada');
    expect(found).toBe(expected);
    expect(mayAtLeast(found, 'write')).toBe(mayWrite);
  });

  test('is none for an unknown user, and for an invalid login', async () => {
    there = await tryGitHub(() => undefined);
    const github = await there.open();
    expect(await permissionOf(github, 'nobody')).toBe('none');
    expect(await permissionOf(github, 'ada/../mallory')).toBe('none');
    expect(await permissionOf(github, 'renovate[bot]')).toBe('none');
    expect(there.asked).toHaveLength(1);
  });

  test('is unknown while GitHub does not respond', async () => {
    there = await tryGitHub(() => ({
      status: 403,
      body: { message: 'Must have push access to view collaborator permission' },
    }));
    expect(await failure(permissionOf(await there.open(), 'ada'))).toMatchObject({ trouble: 'forbidden' });
  });
});

test('an app signs in with its key, and uses the token that it gets', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  there = await tryGitHub(({ line }) => {
    if (line === 'GET /app') return { body: { slug: 'slipway' } };
    if (line !== 'POST /app/installations/8/access_tokens') return { body: {} };
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const more = { permissions: { checks: 'write' }, repository_selection: 'selected' };
    return { status: 201, body: { token: 'ghs_given', expires_at: expires, ...more } };
  });
  await writeFile(path.join(there.settings.base, 'app.pem'), privateKey);
  const github = await there.open({ access: { app: { id: 7, installation: 8, key: { file: 'app.pem' } } } });
  expect(await github.ownLogin()).toBe('slipway[bot]');
  await github.call(anything, 'GET /repos/{owner}/{repo}');
  expect(there.asked.at(-1)?.headers['authorization']).toBe('token ghs_given');
  expect(await github.gitToken()).toBe('ghs_given');
  // The token was requested once.
  expect(there.lines().filter((line) => line.startsWith('POST'))).toHaveLength(1);
});
