import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe as group, expect, test } from '@jest/globals';
import { startWorkerlessTemporal, type WorkerlessTemporal } from './a-temporal.js';
import { slipway, startSlipway, type Ended } from './run-slipway.js';

/** The served page with the record of a real Temporal, without a worker. */
const cluster = 'prox-ops';
const startMs = 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-page-'));
const tokenFile = path.join(folder, 'token');
const token = 'a-token-of-the-page-0123456789';
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });

let temporal: WorkerlessTemporal;

beforeAll(async () => {
  temporal = await startWorkerlessTemporal();
  await temporal.enqueueRun(cluster, 7);
}, startMs);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await temporal.stop();
});

/** Runs `slipway page` during some requests; returns how it ended. */
async function served(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  use: (base: string) => Promise<void>,
): Promise<Ended> {
  const { child, ended } = startSlipway(['page', '--listen', '127.0.0.1:0', ...args], { env });
  const base = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (line: string | Buffer) =>
      resolve(/http:\S+\d/.exec(String(line))?.[0] ?? ''),
    );
    void ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)));
  });
  await use(base).finally(() => child.kill('SIGTERM'));
  return ended;
}

group('slipway page', () => {
  test(
    "shows Temporal's record without a worker, and shuts down in order",
    async () => {
      const { code, stdout } = await served([], temporal.env, async (base) => {
        const overview = await text(`${base}/`);
        expect(overview).toContain('No worker answers on task queue slipway');
        expect(overview).toContain(`<a href="/clusters/${cluster}/runs/7">Run 7</a>`);
        const run = await text(`${base}/clusters/${cluster}/runs/7`);
        expect(run).toContain('Stands still');
        expect(run).toContain('Asked for by');
        expect(run).toContain(`/namespaces/${temporal.namespace}/workflows/run%2Fprox-ops%2F7`);
        const live = await fetch(`${base}/live/clusters/${cluster}/runs/7`);
        const first = await live.body?.getReader().read();
        expect(live.headers.get('content-type')).toContain('text/event-stream');
        expect(first?.value?.length).toBeGreaterThan(0);
        const report = await fetch(`${base}/clusters/${cluster}/runs/7/report.json`);
        expect(await report.json()).toMatchObject({ cluster, run: 7, outcome: 'open' });
        expect((await fetch(`${base}/clusters/${cluster}/runs/8`)).status).toBe(404);
        expect((await fetch(`${base}/clusters/atlas`)).status).toBe(404);
      });
      expect(stdout).toMatch(/^The page is at http:\/\/127\.0\.0\.1:\d+\. Ctrl-C ends it\.\n$/);
      expect(code).toBe(0);
    },
    startMs,
  );

  test(
    'requires the token from its token file',
    async () => {
      await served(['--token-file', tokenFile], temporal.env, async (base) => {
        expect((await fetch(`${base}/`)).status).toBe(401);
        const headers = { authorization: `Bearer ${token}` };
        expect((await fetch(`${base}/`, { headers })).status).toBe(200);
      });
    },
    startMs,
  );

  test(
    'says that Temporal does not respond, and keeps running',
    async () => {
      const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
      await served([], nobody, async (base) => {
        const answer = await fetch(`${base}/`);
        expect(answer.status).toBe(503);
        expect(await answer.text()).toContain(`Temporal at ${nobody.TEMPORAL_ADDRESS} does not answer.`);
      });
    },
    startMs,
  );
});

group('slipway page does not begin', () => {
  test.each([
    ['where anybody could look', ['--listen', '0.0.0.0:8801'], /0\.0\.0\.0 can be reached from elsewhere/],
    ['without its token file', ['--token-file', '/nonexistent'], /the page's token .*\/nonexistent/],
    ['where nothing can listen', ['--listen', 'everywhere'], /--listen everywhere names no port/],
    ['behind a proxy without a name', ['--behind-proxy'], /must know the names it is reached by/],
    ['by two ways to ask who is there', ['--behind-proxy', '--token-file', tokenFile], /name one of both/],
    ['by a clock nobody has', ['--time-zone', 'Moon/Sea'], /a time zone is named like Europe\/Berlin/],
  ])('%s', async (_, args, words) => {
    const { code, stdout, stderr } = await slipway(['page', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
  });

  test('with a guessable token, which it does not print', async () => {
    const file = path.join(folder, 'short');
    writeFileSync(file, 'short-secret');
    const { code, stderr } = await slipway(['page', '--token-file', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/at least 20 characters/);
    expect(stderr).not.toContain('short-secret');
  });
});

async function text(url: string): Promise<string> {
  const answer = await fetch(url);
  expect([url, answer.status]).toEqual([url, 200]);
  return answer.text();
}
