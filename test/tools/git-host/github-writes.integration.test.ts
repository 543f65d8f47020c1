import { afterEach, describe, expect, test } from '@jest/globals';
import { addComment, commentsSince, upsertComment } from '../../../src/tools/git-host/github-comments.js';
import { setCheck } from '../../../src/tools/git-host/github-checks.js';
import { openGitHub, type GitHub } from '../../../src/tools/git-host/github.js';
import { tryGitHub, type Answered, type Asked, type TriedGitHub } from './a-github.js';

let there: TriedGitHub;
afterEach(() => there.stop());

interface Kept {
  id: number;
  body: string;
  html_url: string;
  updated_at: string;
  user: { login: string };
}

const marker = 'plan/prox-ops';
const hidden = `<!-- slipway:${marker} -->`;
const place = { number: 12, marker };

function kept(id: number, login: string, body: string): Kept {
  const html = `https://github.com/acme/home-ops/pull/12#issuecomment-${id}`;
  return { id, body, html_url: html, updated_at: '2026-11-22T10:00:00Z', user: { login } };
}

/** Comments on a pull request, paged like GitHub's, a hundred a page. */
function comments(all: Kept[]): (asked: Asked) => Answered | undefined {
  return ({ line, body }) => {
    if (line === 'GET /user') return { body: { login: 'slipway-of-acme' } };
    const text = typeof body['body'] === 'string' ? body['body'] : '';
    if (line.startsWith('POST')) {
      const made = kept(1_000 + all.length, 'slipway-of-acme', text);
      all.push(made);
      return { status: 201, body: made };
    }
    if (line.startsWith('PATCH')) {
      const found = all.find(({ id }) => line.endsWith(`/comments/${id}`));
      if (found) found.body = text;
      return found && { body: found };
    }
    if (line.startsWith('DELETE')) {
      const at = all.findIndex(({ id }) => line.endsWith(`/comments/${id}`));
      return at === -1 ? undefined : (all.splice(at, 1), { status: 204 });
    }
    const page = Number(/[?&]page=(\d+)/.exec(line)?.[1] ?? 1);
    return { body: all.slice((page - 1) * 100, page * 100) };
  };
}

describe('the one comment', () => {
  test('is created, left alone while its text is the same, and updated', async () => {
    const all: Kept[] = [];
    there = await tryGitHub(comments(all));
    const github = await there.open();
    const made = await upsertComment(github, place, 'first');
    expect(made).toMatchObject({ outcome: 'created', id: 1_000 });
    expect(await upsertComment(github, place, 'first')).toMatchObject({ outcome: 'unchanged', id: made.id });
    expect(await upsertComment(github, place, 'second')).toMatchObject({ outcome: 'updated', id: made.id });
    expect(all.map(({ body }) => body)).toEqual([`${hidden}\nsecond`]);
  });

  test('is found on the second page', async () => {
    const all = Array.from({ length: 130 }, (_, index) => kept(index, 'ada', 'x'));
    all.push(kept(500, 'slipway-of-acme', `${hidden}\nold`));
    there = await tryGitHub(comments(all));
    expect(await upsertComment(await there.open(), place, 'new')).toMatchObject({
      outcome: 'updated',
      id: 500,
    });
  });

  test('is never another user’s, whatever its text', async () => {
    const all = [kept(1, 'mallory', `${hidden}\napproved by everyone`)];
    there = await tryGitHub(comments(all));
    expect(await upsertComment(await there.open(), place, 'mine')).toMatchObject({ outcome: 'created' });
    expect(all[0]?.body).toContain('approved by everyone');
  });

  test('is one for each marker', async () => {
    const all = [kept(1, 'slipway-of-acme', '<!-- slipway:plan/prox-ops-2 -->\nother')];
    there = await tryGitHub(comments(all));
    expect(await upsertComment(await there.open(), place, 'mine')).toMatchObject({ outcome: 'created' });
  });

  test('is replaced when somebody deletes it at that moment', async () => {
    const all = [kept(1, 'slipway-of-acme', `${hidden}\nold`)];
    const answer = comments(all);
    there = await tryGitHub((asked) => {
      if (asked.line.startsWith('PATCH')) all.length = 0;
      return answer(asked);
    });
    expect(await upsertComment(await there.open(), place, 'new')).toMatchObject({ outcome: 'created' });
    expect(all).toHaveLength(1);
  });

  test('is cut where GitHub would refuse it', async () => {
    const all: Kept[] = [];
    there = await tryGitHub(comments(all));
    const long = Array.from({ length: 5_000 }, () => '- node k8s-work-1 😀').join('\n');
    await addComment(await there.open(), 12, long);
    const [made] = all;
    expect(made?.body.length).toBeLessThan(65_536);
    expect(made?.body).toMatch(/- node k8s-work-1 😀\n\n… and more than fits into a comment\.$/);
  });

  test('has a marker that stays hidden', async () => {
    there = await tryGitHub(comments([]));
    const github = await there.open();
    await expect(upsertComment(github, { number: 1, marker: 'x --> <b>' }, 'x')).rejects.toThrow('no marker');
    expect(there.asked).toEqual([]);
  });
});

describe('one comment with several writers', () => {
  const writes = () => there.lines().filter((line) => !line.startsWith('GET'));

  test('at once in a worker waits its turn, for GitHub wants seconds between two of them', async () => {
    const all: Kept[] = [];
    there = await tryGitHub(comments(all));
    const { pauses: _none, ...asUsual } = there.settings;
    const github = await openGitHub(asUsual);
    const written = await Promise.all(['older', 'newer'].map((text) => upsertComment(github, place, text)));
    expect(written.map(({ outcome }) => outcome)).toEqual(['created', 'updated']);
    expect(all.map(({ body }) => body)).toEqual([`${hidden}\nnewer`]);
    expect(writes().map((line) => line.split(' ')[0])).toEqual(['POST', 'PATCH']);
  });

  test('is not written with a text that is outdated by then', async () => {
    const all: Kept[] = [];
    there = await tryGitHub(comments(all));
    const github = await there.open();
    let head = 'older';
    const tell = (text: string) => upsertComment(github, place, text, { still: async () => head === text });
    const [older, again] = [tell('older'), tell('older')];
    expect(await older).toMatchObject({ outcome: 'created' });
    head = 'newer';
    expect([await again, await tell('newer')]).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'updated' },
    ]);
    expect(await tell('older')).toEqual({ outcome: 'out-of-date' });
    expect(all.map(({ body }) => body)).toEqual([`${hidden}\nnewer`]);
  });

  test('is left to the older one where another worker was first', async () => {
    const all: Kept[] = [];
    const answer = comments(all);
    there = await tryGitHub((asked) => {
      if (asked.line.startsWith('POST')) all.push(kept(900, 'slipway-of-acme', `${hidden}\ntheirs`));
      return answer(asked);
    });
    expect(await upsertComment(await there.open(), place, 'ours')).toMatchObject({
      outcome: 'updated',
      id: 900,
    });
    expect(all).toMatchObject([{ id: 900, body: `${hidden}\nours` }]);
  });

  test('is deduplicated where a worker died after creating a second one', async () => {
    const all = [900, 901].map((id) => kept(id, 'slipway-of-acme', `${hidden}\nold`));
    all.push(kept(902, 'mallory', `${hidden}\nold`));
    const answer = comments(all);
    there = await tryGitHub((asked) => {
      // Another worker removes it at that moment.
      if (asked.line.startsWith('DELETE')) all.splice(1, 1);
      return answer(asked);
    });
    expect(await upsertComment(await there.open(), place, 'old')).toMatchObject({
      outcome: 'unchanged',
      id: 900,
    });
    expect(all.map(({ id }) => id)).toEqual([900, 902]);
  });

  test('does not block a cancelled writer', async () => {
    const all: Kept[] = [];
    there = await tryGitHub(comments(all));
    const github = await there.open();
    const gone = new AbortController();
    const first = upsertComment(github, place, 'first');
    const given = upsertComment(github, place, 'given up', { signal: gone.signal });
    gone.abort(new Error('cancelled'));
    await expect(given).rejects.toThrow('cancelled');
    expect([await first, await upsertComment(github, place, 'last')]).toMatchObject([
      { outcome: 'created' },
      { outcome: 'updated' },
    ]);
    expect(all).toHaveLength(1);
  });
});

test('writes are a second apart, as GitHub asks', async () => {
  there = await tryGitHub(() => ({ status: 201, body: { id: 1 } }));
  const { pauses: _none, ...asUsual } = there.settings;
  const github = await openGitHub(asUsual);
  const began = Date.now();
  for (const title of ['first', 'second'])
    await setCheck(github, 'c'.repeat(40), { name: 'x', state: 'pending', title, summary: '' });
  expect(Date.now() - began).toBeGreaterThan(900);
  expect(there.asked).toHaveLength(2);
});

test('comments since then are those at pull requests', async () => {
  there = await tryGitHub(() => ({
    body: [
      kept(1, 'ada', '/slipway approve'),
      { ...kept(2, 'ada', 'x'), html_url: 'https://github.com/acme/home-ops/issues/3#issuecomment-2' },
      { ...kept(3, 'x', 'y'), user: null },
    ],
  }));
  const found = await commentsSince(await there.open(), '2026-11-22T00:00:00.000Z', undefined);
  expect(found).toMatchObject({ changed: true, value: [{ id: 1, number: 12, by: 'ada', bot: false }] });
  expect(there.lines()[0]).toContain('since=2026-11-22T00:00:00.000Z');
});

describe('the state of a commit', () => {
  const sha = 'c'.repeat(40);
  const check = { name: 'slipway/prox-ops', state: 'pending', title: 'waits', summary: '# Plan' } as const;

  test('is a commit status with a token', async () => {
    there = await tryGitHub(() => ({ status: 201, body: { id: 1 } }));
    const github = await there.open();
    expect(await setCheck(github, sha, { ...check, title: 'waits\nfor '.padEnd(300, 'x') })).toBe('status');
    expect(await setCheck(github, sha, { ...check, state: 'neutral', url: 'https://ui' })).toBe('status');
    const [first, second] = there.asked;
    expect(first?.line).toBe(`POST /repos/acme/home-ops/statuses/${sha}`);
    expect(first?.body).toMatchObject({ context: 'slipway/prox-ops', state: 'pending' });
    expect(String(first?.body['description'])).toMatch(/^waits for x+…$/);
    expect(String(first?.body['description'])).toHaveLength(140);
    expect(second?.body).toMatchObject({ state: 'success', target_url: 'https://ui' });
  });

  test('is a check run of an app, one for each name', async () => {
    const runs: { id: number; app: { slug: string } }[] = [{ id: 5, app: { slug: 'somebody' } }];
    there = await tryGitHub(({ line }) => {
      if (line.startsWith('GET /app')) return { body: { slug: 'slipway' } };
      if (line.startsWith('GET')) return { body: { total_count: runs.length, check_runs: runs } };
      if (line.startsWith('POST')) runs.push({ id: 6, app: { slug: 'slipway' } });
      return { body: runs.at(-1) };
    });
    const github: GitHub = await there.open();
    // Signing in as an app has its own test.
    const app = Object.assign(Object.create(github) as GitHub, {
      isApp: true,
      call: github.call.bind(github),
      ownLogin: () => Promise.resolve('slipway[bot]'),
    });
    expect(await setCheck(app, sha, check)).toBe('check-run');
    expect(await setCheck(app, sha, { ...check, state: 'failure' })).toBe('check-run');
    expect(there.lines().filter((line) => !line.startsWith('GET'))).toEqual([
      'POST /repos/acme/home-ops/check-runs',
      'PATCH /repos/acme/home-ops/check-runs/6',
    ]);
    expect(there.asked.find(({ line }) => line.startsWith('POST'))?.body).toMatchObject({
      head_sha: sha,
      status: 'in_progress',
      output: { title: 'waits', summary: '# Plan' },
    });
    expect(there.asked.at(-1)?.body).toMatchObject({ status: 'completed', conclusion: 'failure' });
  });
});
