import { afterEach, expect, test } from '@jest/globals';
import { openPolledGitHost } from '../../src/starter/poll-git-host.js';
import { aListedPull, tryGitHub, type TriedGitHub } from '../tools/git-host/a-github.js';

let there: TriedGitHub;
afterEach(() => there.stop());

const now = () => new Date('2026-11-23T12:00:00.000Z');
const comment = (id: number, body: string, updated: string, type = 'User') => ({
  id,
  body,
  html_url: `https://github.com/acme/home-ops/pull/12#issuecomment-${id}`,
  updated_at: updated,
  user: { login: 'ada', type },
});

test('GitHub is asked what changed since it was asked last', async () => {
  let etag = '"1"';
  const open = { state: 'open', merged_at: null };
  const fork = { ref: 'main', sha: 'd'.repeat(40), repo: { full_name: 'mallory/home-ops' } };
  there = await tryGitHub(({ line, headers }) => {
    if (headers['if-none-match'] === etag) return { status: 304 };
    if (line.includes('/branches/')) return { headers: { etag }, body: { commit: { sha: 'a'.repeat(40) } } };
    if (line.includes('/issues/comments')) return { headers: { etag }, body: [] };
    return { headers: { etag }, body: [aListedPull(open), aListedPull({ ...open, number: 13, head: fork })] };
  });
  const gitHost = await openPolledGitHost(there.settings, now);
  expect(await gitHost.head()).toBe('a'.repeat(40));
  // A pull request from a fork is not read.
  expect(await gitHost.pullRequests()).toMatchObject([
    { kind: 'pull-request', action: 'updated', number: 12 },
  ]);
  expect(await gitHost.comments()).toEqual([]);
  expect([await gitHost.head(), await gitHost.pullRequests(), await gitHost.comments()]).toEqual(
    Array(3).fill(undefined),
  );
  etag = '"2"';
  expect(await gitHost.head()).toBe('a'.repeat(40));
});

test('comments are those to Slipway, by people, since the last', async () => {
  there = await tryGitHub(({ line }) => ({
    body: line.includes('since=2026-11-22T12')
      ? [
          comment(1, '/slipway approve 3f2a\u0007', '2026-11-22T20:00:00Z'),
          comment(2, 'looks good', '2026-11-22T21:00:00Z'),
          comment(3, '/slipway plan', '2026-11-22T22:00:00Z', 'Bot'),
        ]
      : [comment(3, '/slipway plan', '2026-11-22T22:00:00Z', 'Bot')],
  }));
  const gitHost = await openPolledGitHost(there.settings, now);
  expect(await gitHost.comments()).toEqual([
    { kind: 'comment', number: 12, comment: 1, by: 'ada', body: '/slipway approve 3f2a ' },
  ]);
  expect(await gitHost.comments()).toEqual([]);
  const since = there.lines().map((line) => /since=([^&]+)/.exec(line)?.[1]);
  expect(since).toEqual(['2026-11-22T12:00:00.000Z', '2026-11-22T22:00:00Z']);
});
