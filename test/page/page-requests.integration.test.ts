import { afterEach, describe as group, expect, test } from '@jest/globals';
import type { RunView } from '../../src/runs/view/run-view.js';
import { RunReport } from './report-shape.js';
import { ask, openPage, seen, token, type OpenPage, type Opening } from './a-page.js';
import { aNode, aRunView, at as timeAt, doneNode, runningNode } from '../runs/view/a-run-view.js';
import { askingRun, aScene, drainingRun, haltedRun, recordedRun, type Scene } from './scenes.js';

let open: OpenPage | undefined;
afterEach(async () => {
  await open?.app.close();
  open = undefined;
});

const host = 'localhost:8801';
const scene = (): Scene =>
  aScene(
    recordedRun('run-done-0.1.0', { run: 41 }),
    haltedRun(),
    drainingRun({ cluster: 'atlas', run: 7 }),
    askingRun({ cluster: 'portkey', run: 3 }),
  );

async function get(
  url: string,
  of: Scene = scene(),
  opening: Opening = {},
  headers: Record<string, string> = {},
) {
  open ??= await openPage(of, opening);
  return ask(open, url, { headers: { host, ...headers } });
}

group('screens', () => {
  test('the overview shows every cluster, those that wait for a person first', async () => {
    const { status, body } = await get('/');
    expect(status).toBe(200);
    const text = seen(body);
    expect(text).toContain('2 clusters wait for a person; 3 runs open');
    expect(text.indexOf('portkey')).toBeLessThan(text.indexOf('prox-ops'));
    expect(text.indexOf('prox-ops')).toBeLessThan(text.indexOf('atlas'));
    expect(body).toContain('<title>‖ 2 clusters wait for a person; 3 runs open · Slipway</title>');
    expect(body).toContain('href="/clusters/prox-ops/runs/42"');
  });

  test('the overview shows every freeze and every waiting merge, whatever else there is', async () => {
    const of = aScene(
      haltedRun({ workers: { taskQueue: 'slipway', answering: false, lastSeen: undefined, startWith: 'x' } }),
    );
    const frozen = { by: 'ada', why: 'the fair', since: timeAt(5) };
    const waiting = { target: 'v1.12.7', since: timeAt(20), repository: 'acme/home-ops', pullRequest: 12 };
    of.queues = of.queues.map((queue) => ({ ...queue, memo: { ...queue.memo, frozen, waiting } }));
    for (const url of ['/', '/clusters/prox-ops']) {
      const { body } = await get(url, of);
      const text = seen(body);
      expect(text).toContain('ada froze prox-ops on 2026-11-21 12:00 UTC, so that no run begins: the fair.');
      expect(text).toContain('Talos v1.12.7, pull request 12 of acme/home-ops, was merged and waits');
      expect(body).toContain('data-copy="slipway unfreeze prox-ops --why &quot;…&quot;"');
    }
    expect(seen((await get('/', of)).body)).toContain('1 thing more to know');
  });

  test('a cluster shows its open run and its last ones, each with its report', async () => {
    const text = seen((await get('/clusters/prox-ops')).body);
    expect(text).toContain('Run 42 to Talos v1.12.6');
    expect(text).toContain('Halted: decide about k8s-work-2');
    expect(text).toMatch(
      /Run 41 v1\.12\.\d done (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d , \d+m\d\ds Report of run 41/,
    );
  });

  test('a run shows its waits, its nodes with their steps, its inputs, and its events', async () => {
    const { body } = await get('/clusters/atlas/runs/7');
    const text = seen(body);
    expect(text).toContain('Upgrades k8s-work-2');
    expect(text).toContain('PodDisruptionBudget postgres/db allows 0 disruptions (1 of 1 healthy). Until ');
    expect(body).toContain('aria-label="3 of 11 steps done, now drain"');
    expect(body.match(/<li class="node /g)).toHaveLength(6);
    expect(text).toContain('Asked for by renovate[bot] by ada');
    expect(text).toContain('k8s-work-1 done after 2m48s: v1.12.6.');
    expect(body).toContain('href="http://127.0.0.1:8233/namespaces/slipway/workflows/run%2Fprox-ops%2F42"');
  });

  test('a run that a merge started names it, on its own screen and on that of its cluster', async () => {
    const commit = 'c0ffee'.repeat(6);
    const origin = { repository: 'acme/home-ops', commit, pullRequest: 12, delivery: 'one' };
    // The page uses only this field.
    const input = { request: { origin, commit } } as RunView['input'];
    const of = aScene(drainingRun({ input }));
    const merge = 'pull request 12 of acme/home-ops, commit c0ffeec0ffee';
    const text = seen((await get('/clusters/prox-ops/runs/42', of)).body);
    expect(text).toContain(`Begun by what was merged ${merge}`);
    expect(text).toContain(`Talos v1.12.6, asked for by renovate[bot] by ada; merged with ${merge}.`);
    expect(seen((await get('/clusters/prox-ops', of)).body)).toContain(`begun by ${merge}`);
  });

  test('a node shows each of its steps, with its observation', async () => {
    const of = aScene(recordedRun('run-done-0.1.0'));
    const text = seen((await get('/clusters/prox-ops/runs/1/nodes/1/k8s-work-1', of)).body);
    expect(text).toContain('k8s-work-1 worker');
    expect(text).toMatch(/install done (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d \d+m\d\ds/);
    expect(text).toMatch(/ [1-9]\d* pods moved\./);
  });

  test('a node that waits for a decision says so, until when, and what to type', async () => {
    const { body } = await get('/clusters/prox-ops/runs/42/nodes/1/k8s-work-2');
    const text = seen(body);
    expect(body).toContain('<title>‖ k8s-work-2: Halted: decide about it · Slipway</title>');
    expect(text).toMatch(/Halted: decide about it for \d+h\d+m/);
    expect(text).toMatch(/Waits for somebody to decide about k8s-work-2\. .* the cluster is held/);
    expect(body).toContain('data-copy="slipway retry k8s-work-2 prox-ops/42 --why &quot;…&quot;"');
  });

  test('a node that halted an ended run asks for no decision', async () => {
    const of = aScene(haltedRun({ outcome: 'halted', endedAt: timeAt(2_000) }));
    const text = seen((await get('/clusters/prox-ops/runs/42/nodes/1/k8s-work-2', of)).body);
    expect(text).toContain('k8s-work-2 came back on v1.12.1');
    expect(text).not.toContain('decide about');
  });

  test('a report can be read and downloaded', async () => {
    const read = await get('/clusters/prox-ops/runs/41/report');
    expect(read.body).toContain('<h1>Run 41: prox-ops to Talos v1.12.2</h1>');
    expect(read.body).toContain('<table>');
    const text = await get('/clusters/prox-ops/runs/41/report.md');
    expect(text.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(text.body).toMatch(/^# Run 41: prox-ops to Talos v1\.12\.2\n/);
    const json = await get('/clusters/prox-ops/runs/41/report.json');
    expect(RunReport.parse(JSON.parse(json.body))).toMatchObject({ schema: 1, run: 41, outcome: 'done' });
  });

  test('a run of a thousand nodes is drawn around its current nodes, and is small enough for a phone', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `k8s-work-${index + 1}`);
    const nodes = names.map((name, index) =>
      index < 400
        ? doneNode(name, index, index + 1)
        : index < 403
          ? runningNode(name, 400, 'drain', 401)
          : aNode(name),
    );
    const { body } = await get('/clusters/prox-ops/runs/42', aScene(aRunView({ nodes })));
    // Three running nodes, three on each side, and three for the next one.
    expect(body.match(/<li class="node /g)).toHaveLength(10);
    const text = seen(body);
    expect(text).toContain('397 nodes: done');
    expect(text).toContain('593 nodes: waits for its turn');
    for (const name of ['k8s-work-1', 'k8s-work-402', 'k8s-work-1000'])
      expect(body).toContain(`href="/clusters/prox-ops/runs/42/nodes/1/${name}"`);
    expect(body.length).toBeLessThan(300_000);
  });

  test('a missing worker is reported, with what to start', async () => {
    const of = { ...scene(), workers: false };
    expect(seen((await get('/', of)).body)).toContain(
      'No worker answers on task queue slipway: open runs wait where they are, and none is begun. node dist/programs/worker.js',
    );
  });

  test('the last poll of a missing worker is shown, if known', async () => {
    const of = { ...aScene(aRunView({ outcome: 'done', endedAt: timeAt(9) })), workers: false };
    of.workersSeen = '2026-11-21T12:03:04.000Z';
    for (const url of ['/', '/clusters/prox-ops'])
      expect(seen((await get(url, of)).body)).toContain(
        'No worker answers on task queue slipway since 2026-11-21 12:03:04 : open runs wait',
      );
  });

  test.each([
    ['nobody works', { workers: false }, drainingRun(), '✗ 1 run open, and no worker answers'],
    [
      'a run stands still',
      {},
      drainingRun({ workflowTask: { taken: true, attempt: 9, since: timeAt(5) } }),
      '✗ something is wrong with one cluster; 1 run open',
    ],
    ['all is well', {}, drainingRun(), 'Clusters: 1 run open, nobody is needed'],
  ] as const)('the title of the tab says it if %s', async (_, over, view, title) => {
    const { body } = await get('/', { ...aScene(view), ...over });
    expect(body).toContain(`<title>${title} · Slipway</title>`);
  });

  test('without scripts the browser reloads automatically while the screen may change', async () => {
    const refresh = '<noscript><meta http-equiv="refresh" content="10"/></noscript>';
    expect((await get('/clusters/atlas/runs/7')).body).toContain(refresh);
    expect((await get('/clusters/prox-ops/runs/41')).body).not.toContain('http-equiv="refresh"');
  });

  test('mounted below a path, every address starts with it', async () => {
    const { body } = await get('/page/clusters/prox-ops/runs/42', scene(), { prefix: '/page' });
    const addresses = [...body.matchAll(/(?:href|src|action|data-live)="(?<at>\/[^"]*)"/g)].map(
      ({ groups }) => groups?.['at'],
    );
    expect(addresses.length).toBeGreaterThan(10);
    expect(addresses.filter((at) => !at?.startsWith('/page/'))).toEqual([]);
  });
});

group('missing pages', () => {
  test.each([
    ['a cluster', '/clusters/moon', 'No cluster is called moon'],
    ['a run', '/clusters/prox-ops/runs/99', 'No such run'],
    ['a run without a number', '/clusters/prox-ops/runs/x', 'No such run'],
    ['a run of another kind of name', '/clusters/..%2F..%2Fetc/runs/1', 'No such run'],
    ['a node', '/clusters/prox-ops/runs/42/nodes/1/k8s-work-99', 'No such node'],
    ['a node in another hop', '/clusters/prox-ops/runs/42/nodes/2/k8s-work-2', 'No such node'],
    ['a screen', '/admin', 'Nothing is here'],
    ['a file of the page', '/assets/..%2f..%2fpackage.json', 'Nothing is here'],
  ])('%s is reported as missing', async (_, url, words) => {
    const { status, body } = await get(url);
    expect(status).toBe(404);
    expect(seen(body)).toContain(words);
  });

  test('an unreachable Temporal is reported, and the page reloads', async () => {
    const { status, body } = await get('/', { ...scene(), unreachable: true });
    expect(status).toBe(503);
    expect(seen(body)).toContain('Temporal at 127.0.0.1:7233 does not answer. Nothing new is decided');
    expect(body).toContain('<meta http-equiv="refresh" content="5"/>');
  });

  test('an unexpected error goes to the log of the server, not to the browser', async () => {
    const broken = scene();
    open = await openPage(broken);
    Object.defineProperty(broken, 'queues', {
      get: () => {
        throw new Error('secret-path /etc/slipway');
      },
    });
    const { status, body } = await get('/');
    expect(status).toBe(500);
    expect(body).not.toContain('secret-path');
    expect(open.errors.map(String)).toEqual(['Error: secret-path /etc/slipway']);
  });
});

group('requests', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('%s changes nothing anywhere', async (method) => {
    open = await openPage(scene());
    for (const url of ['/', '/clusters/prox-ops', '/clusters/prox-ops/runs/42']) {
      const { status } = await ask(open, url, { method, headers: { host } });
      expect([url, status]).toEqual([url, 404]);
    }
  });

  test('a request for another host name is refused, whatever its path', async () => {
    for (const url of [
      '/',
      '/clusters/prox-ops/runs/42',
      '/live/',
      '/assets/x',
      '/clusters/prox-ops/runs/41/report.md',
    ]) {
      const { status, body } = await get(url, scene(), {}, { host: 'rebound.example.org' });
      expect([url, status]).toEqual([url, 421]);
      expect(body).not.toContain('prox-ops');
    }
  });

  test('responses forbid other origins, and caching', async () => {
    for (const url of [
      '/',
      '/clusters/prox-ops/runs/42',
      '/nowhere',
      '/clusters/prox-ops/runs/41/report.md',
    ]) {
      const { headers } = await get(url);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'self'; script-src 'self'; /,
      );
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|data:/);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  test('documents have no inline scripts or styles', async () => {
    for (const url of [
      '/',
      '/clusters/prox-ops',
      '/clusters/prox-ops/runs/42',
      '/clusters/prox-ops/runs/41/report',
    ]) {
      const { body } = await get(url);
      expect(body).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:/i);
    }
  });

  test('its files may be cached, because their names contain a hash', async () => {
    const { body } = await get('/');
    const files = [...body.matchAll(/"(?<at>\/assets\/[^"]+)"/g)].map(({ groups }) => groups?.['at'] ?? '');
    expect(files).toHaveLength(7);
    for (const file of files) {
      const { status, headers } = await get(file);
      expect([file, status]).toEqual([file, 200]);
      expect(headers['cache-control']).toContain('immutable');
    }
  });
});

group('a browser that needs a token', () => {
  const opening = { tokens: [token] };

  test('is asked for it, and gets nothing before', async () => {
    for (const url of [
      '/',
      '/live/',
      '/clusters/prox-ops/runs/42',
      '/clusters/prox-ops/runs/41/report.json',
      '/nowhere',
      '/assets/../clusters/prox-ops',
    ]) {
      const { status, body, headers } = await get(url, scene(), opening);
      expect([url, status]).toEqual([url, 401]);
      expect(body).not.toMatch(/k8s-|v1\.12/);
      expect(headers['www-authenticate']).toBe('Bearer realm="slipway"');
      expect(seen(body)).toContain('Log in');
    }
  });

  test('may send it as a bearer token', async () => {
    const bearer = (text: string) => get('/', scene(), opening, { authorization: `Bearer ${text}` });
    expect((await bearer(token)).status).toBe(200);
    expect((await bearer(`${token}x`)).status).toBe(401);
  });

  const login = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
    open ??= await openPage(scene(), { ...opening, trustProxy: true });
    return ask(open, '/login', {
      method: 'POST',
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(form).toString(),
    });
  };

  test('may type it in once: it gets a session cookie, and is redirected back', async () => {
    const { status, headers } = await login({ token, next: '/clusters/prox-ops/runs/42' });
    expect([status, headers.location]).toEqual([303, '/clusters/prox-ops/runs/42']);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^slipway_page=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain(token);
    const kept = { cookie: cookie.replace(/;.*/, '') };
    const { status: shown, body } = await get('/clusters/prox-ops/runs/42', scene(), opening, kept);
    expect(shown).toBe(200);
    expect(body).toContain('action="/logout"');
  });

  test('gets a cookie with Secure if the proxy reports HTTPS', async () => {
    const { headers } = await login({ token }, { 'x-forwarded-proto': 'https' });
    expect(headers['set-cookie']?.[0]).toMatch(/; Secure; /);
  });

  test('and sends a wrong one gets an error, and no access', async () => {
    const { status, body, headers } = await login({ token: 'wrong-token-of-the-page', next: '/x' });
    expect(status).toBe(401);
    expect(seen(body)).toContain('That was no token of this page.');
    expect(body).not.toContain('wrong-token-of-the-page');
    expect(headers['set-cookie']).toBeUndefined();
  });

  test.each([
    'https://evil.example.org/',
    '//evil.example.org',
    '/\\evil.example.org',
    'javascript:alert(1)',
    '',
  ])('is not redirected to %s', async (next) => {
    expect((await login({ token, next })).headers.location).toBe('/');
  });

  test('cannot log in with a body that is too long', async () => {
    expect((await login({ token: 'x'.repeat(10_000) })).status).toBe(413);
  });
});
