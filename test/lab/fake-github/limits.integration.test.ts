import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GITHUB_LIMITS } from '../../../lab/fake-github/github-limits.js';
import { RateLimits } from '../../../lab/fake-github/rate-limits.js';
import {
  HOME_OPS,
  aFakeGitHub,
  aPull,
  octokit,
  octokitSettings,
  refusal,
  type TestGitHub,
} from './a-fake-github.js';

const HOUR_MS = 3_600_000;

describe('the limits of the lab’s GitHub', () => {
  let test: TestGitHub;
  let ahead: number;
  const start = async (limits: object = {}): Promise<void> => {
    ahead = 0;
    test = await aFakeGitHub({ limits, now: () => new Date(Date.now() + ahead) });
  };
  beforeEach(() => start());
  afterEach(() => test.end());

  it('are counted by client, and shown in every answer', async () => {
    const [carol, other] = [
      octokit(test.gitHost, test.carol.token),
      octokit(test.gitHost, test.gitHost.person('dave', { 'acme/home-ops': 'read' }).token),
    ];
    await carol.rest.pulls.list(HOME_OPS);
    const { headers } = await carol.rest.pulls.list(HOME_OPS);
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4998',
      'x-ratelimit-used': '2',
    });
    expect((await other.rest.pulls.list(HOME_OPS)).headers['x-ratelimit-used']).toBe('1');
    const { data } = await carol.rest.rateLimit.get();
    expect(data.rate).toMatchObject({ limit: 5000, remaining: 4998 });
    expect(await refusal(octokit(test.gitHost).rest.pulls.list(HOME_OPS))).toMatchObject({ status: 404 });
  });

  it('refuse what is more than an hour’s worth, until the next hour', async () => {
    await test.end();
    await start({ perHour: 2 });
    const api = octokit(test.gitHost, test.carol.token);
    await api.rest.pulls.list(HOME_OPS);
    await api.rest.pulls.list(HOME_OPS);
    const refused = await api.rest.pulls
      .list(HOME_OPS)
      .catch((error: unknown) => error as { status: number; response: { headers: Record<string, string> } });
    if (!('response' in refused)) throw new Error('it was not refused');
    expect(refused.status).toBe(403);
    expect(refused.response.headers['x-ratelimit-remaining']).toBe('0');
    const reset = Number(refused.response.headers['x-ratelimit-reset']) * 1000;
    expect(reset).toBeGreaterThan(Date.now() + HOUR_MS - 60_000);
    ahead = HOUR_MS + 1000;
    expect((await api.rest.pulls.list(HOME_OPS)).headers['x-ratelimit-remaining']).toBe('1');
  });

  it('do not count what is known already', async () => {
    const api = octokit(test.gitHost, test.carol.token);
    const { headers } = await api.rest.pulls.list(HOME_OPS);
    const again = api.request('GET /repos/{owner}/{repo}/pulls', {
      ...HOME_OPS,
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect(await refusal(again)).toMatchObject({ status: 304 });
    expect((await api.rest.pulls.list(HOME_OPS)).headers['x-ratelimit-used']).toBe('2');
    await aPull(test);
    const changed = await api.request('GET /repos/{owner}/{repo}/pulls', {
      ...HOME_OPS,
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(headers.etag);
  });

  it('make the real throttling plugin wait as long as requested, and continue', async () => {
    const told: string[] = [];
    const Throttled = Octokit.plugin(throttling);
    const api = new Throttled({
      ...octokitSettings(test.gitHost),
      auth: test.carol.token,
      throttle: {
        onRateLimit: (after) => told.push(`primary ${after <= 3}`) > 0,
        onSecondaryRateLimit: (after) => told.push(`secondary ${after}`) > 0,
      },
    });
    test.faults.arm({ name: 'github-limited' });
    expect((await api.rest.pulls.list(HOME_OPS)).status).toBe(200);
    test.faults.arm({ name: 'github-limited-twice-over' });
    expect((await api.rest.pulls.list(HOME_OPS)).status).toBe(200);
    expect(told).toEqual(['primary true', 'secondary 1']);
  });
});

describe('a minute’s worth', () => {
  const counting = (
    limits: object,
  ): { ask: (method?: string, keep?: boolean) => void; pass: (ms: number) => void } => {
    let now = 1_000_000;
    const rates = new RateLimits({ ...GITHUB_LIMITS, ...limits }, () => new Date(now));
    return {
      ask: (method = 'GET', keep = false) => {
        const done = rates.begin('carol', method);
        if (!keep) done(false);
      },
      pass: (ms) => {
        now += ms;
      },
    };
  };
  const limit = 'You have exceeded a secondary rate limit';

  it.each([
    ['writes', { writesPerMinute: 3 }, 'POST', 3],
    ['points, of which writing takes five', { pointsPerMinute: 15 }, 'POST', 3],
    ['points', { pointsPerMinute: 15 }, 'GET', 15],
  ])('of %s, and a minute later more', (_what, limits, method, most) => {
    const { ask, pass } = counting(limits);
    for (let number = 0; number < most; number += 1) ask(method);
    expect(() => ask(method)).toThrow(limit);
    pass(60_001);
    expect(() => ask(method)).not.toThrow();
  });

  it('of requests at once', () => {
    const { ask } = counting({ atOnce: 2 });
    ask('GET', true);
    ask('GET', true);
    expect(() => ask()).toThrow(limit);
  });
});
