import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe as group, expect, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { at } from '../runs/view/a-run-view.js';
import { openPage, token, type OpenPage, type Opening } from './a-page.js';
import { findChromium, startChromium } from './chromium.js';
import { askingRun, aScene, drainingRun, haltedRun, recordedRun, type Scene } from './scenes.js';

/** The page in a browser. Without a Chromium every test fails: `findChromium` says what to type. */
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 900 };
/** Far more than the ten seconds that the slowest test takes on an idle machine. */
const startMs = 600_000;

let browser: Browser | undefined;
let open: OpenPage | undefined;

beforeAll(async () => {
  browser = await startChromium(await findChromium());
}, startMs);
afterAll(() => browser?.close());
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
  await open?.app.close();
  open = undefined;
});

const frozen = { by: 'ada@ops', why: 'the fair', since: at(5) };
const merged = { repository: 'acme/home-ops', pullRequest: 12, commit: 'c0ffee'.repeat(6) };
const waiting = { target: 'v1.12.7', ...merged, since: at(20) };
const windows = [{ since: at(900), until: at(90_000), endedAt: undefined }];

const all = (): Scene =>
  withQueues(
    aScene(
      recordedRun('run-done-0.1.0', { run: 41 }),
      haltedRun(),
      drainingRun({ cluster: 'atlas', run: 7 }),
      askingRun({ cluster: 'portkey', run: 3 }),
      recordedRun('run-lifecycle-batches-paused-0.1.0', { cluster: 'staging', run: 2 }),
      recordedRun('run-batch-halted-0.1.0', { cluster: 'staging', run: 3 }),
      recordedRun('run-done-0.1.0', { cluster: 'fair', run: 1 }),
      recordedRun('run-done-0.1.0', { cluster: 'next', run: 1 }),
      drainingRun({ cluster: 'night', run: 5, nodes: [], windows }),
    ),
    {
      atlas: { frozen, waiting },
      staging: { frozen, waiting },
      fair: { frozen, waiting },
      next: { waiting },
    },
  );

/** Additional queue memos, by cluster. */
function withQueues(scene: Scene, memos: Readonly<Record<string, object>>): Scene {
  scene.queues = scene.queues.map((queue) => ({
    ...queue,
    memo: { ...queue.memo, ...memos[queue.cluster] },
  }));
  return scene;
}

const screens = [
  '/',
  '/clusters/prox-ops',
  '/clusters/prox-ops/runs/42',
  '/clusters/prox-ops/runs/41',
  '/clusters/atlas',
  '/clusters/staging',
  '/clusters/fair',
  '/clusters/next',
  '/clusters/night/runs/5',
  '/clusters/atlas/runs/7',
  '/clusters/portkey/runs/3',
  '/clusters/staging/runs/2',
  '/clusters/staging/runs/3',
  '/clusters/prox-ops/runs/42/nodes/1/k8s-work-2',
  '/clusters/atlas/runs/7/nodes/1/k8s-work-2',
  '/clusters/prox-ops/runs/41/report',
  '/nowhere',
];

/** A window on a scene, and its errors. */
async function browse(scene: Scene, context: BrowserContextOptions = {}, opening: Opening = {}) {
  if (!browser) throw new Error('no browser');
  open = await openPage(scene, opening);
  const { port } = open.app.server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const opened = await browser.newContext({ viewport: desktop, baseURL: base, ...context });
  const page = await opened.newPage();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    // The browser also reports the expected 404.
    if (message.type() === 'error' && !message.text().includes('404')) wrong.push(message.text());
  });
  return { page, opened, wrong };
}

const run = '/clusters/prox-ops/runs/42';

group('every screen', () => {
  test.each([
    ['light, on a desktop', { colorScheme: 'light', viewport: desktop }],
    ['dark, on a desktop', { colorScheme: 'dark', viewport: desktop }],
    ['light, on a phone', { colorScheme: 'light', viewport: phone }],
    ['dark, on a phone', { colorScheme: 'dark', viewport: phone }],
  ] as const)(
    'in %s is accessible to screen readers and to people with low vision',
    async (_, context) => {
      const { page, wrong } = await browse(all(), { ...context, reducedMotion: 'reduce' });
      for (const screen of screens) {
        await page.goto(screen);
        expect([screen, await violations(page)]).toEqual([screen, []]);
      }
      expect(wrong).toEqual([]);
    },
    startMs,
  );

  test(
    'fits the width of a small phone, even with very long words',
    async () => {
      const long = 'w'.repeat(120);
      const said = {
        frozen: { ...frozen, by: long, why: long },
        waiting: { ...waiting, target: long, repository: long },
      };
      const scene = withQueues(all(), { atlas: said, staging: said, fair: said, next: said });
      scene.runs.set('atlas/7', drainingRun({ cluster: 'atlas', run: 7, requestedBy: long, target: long }));
      const { page } = await browse(scene, { viewport: { width: 320, height: 640 } });
      for (const screen of screens) {
        await page.goto(screen);
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect([screen, wide]).toEqual([screen, 0]);
      }
    },
    startMs,
  );

  test('has all important content without scripts', async () => {
    const { page } = await browse(all(), { javaScriptEnabled: false });
    await page.goto(run);
    const text = await page.locator('main').innerText();
    expect(text).toContain('Halted: decide about k8s-work-2');
    expect(text).toContain('slipway retry k8s-work-2 prox-ops/42 --why "…"');
    // A button without a function is not shown.
    expect(await page.locator('button.copy').first().isVisible()).toBe(false);
    expect(await page.locator('noscript meta[http-equiv=refresh]').count()).toBe(1);
  });
});

group('with the keyboard', () => {
  test('the first stop skips the header and leads to the status', async () => {
    const { page } = await browse(all());
    await page.goto(run);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to how it stands');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    // The first focusable element in it.
    expect(await focused(page)).toBe('Copy');
  });

  test('each stop is visible, and the order covers all links', async () => {
    const { page } = await browse(all());
    await page.goto(run);
    const stops = await page.locator('a[href]:visible, button:visible, summary:visible').count();
    const outlines = new Set<string>();
    const visited = new Set<string>();
    for (let stop = 0; stop < stops; stop += 1) {
      await page.keyboard.press('Tab');
      outlines.add(String(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')));
      visited.add(String(await page.evaluate('document.activeElement.outerHTML')));
    }
    expect([...outlines].filter((outline) => outline !== 'solid' && outline !== 'auto')).toEqual([]);
    expect(visited.size).toBe(stops);
  });
});

group('while a window is open', () => {
  test('a change is shown and announced without a reload', async () => {
    const scene = aScene(drainingRun());
    const { page, wrong } = await browse(scene);
    await page.goto(run);
    await page.evaluate('window.sameDocument = true');
    await page.locator('#link', { hasText: 'live' }).waitFor();
    scene.runs.set('prox-ops/42', haltedRun());
    await page.locator('h2', { hasText: 'Halted: decide about k8s-work-2' }).waitFor();
    expect(await page.title()).toBe('‖ prox-ops run 42: Halted: decide about k8s-work-2 · Slipway');
    expect(await page.locator('#announce[aria-live=polite]').innerText()).toContain('Halted: decide about');
    expect(await page.locator('#icon').getAttribute('href')).toContain('/assets/asks.');
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    expect(wrong).toEqual([]);
  });

  test('opened details, the selection and the focus are kept', async () => {
    const view = drainingRun();
    const notes = ['k8s-ctrl-1 leads etcd now', 'another one'];
    const noted = { ...view, plan: view.plan && { ...view.plan, notes } };
    const scene = aScene(noted);
    const { page } = await browse(scene);
    await page.goto(run);
    await page.locator('summary', { hasText: '2 things to know' }).click();
    await page.locator('a', { hasText: 'k8s-ctrl-2' }).focus();
    const select = `getSelection().selectAllChildren(document.querySelector('.facts code'))`;
    await page.evaluate(select);
    scene.runs.set('prox-ops/42', { ...noted, nodes: haltedRun().nodes, halts: haltedRun().halts });
    await page.locator('h2', { hasText: 'Halted: decide about k8s-work-2' }).waitFor();
    expect(await page.locator('li', { hasText: 'another one' }).isVisible()).toBe(true);
    expect(await focused(page)).toBe('k8s-ctrl-2');
    expect(await page.evaluate('String(getSelection())')).toBe('a'.repeat(12));
  });

  test('durations keep counting', async () => {
    const { page } = await browse(aScene(drainingRun()));
    await page.clock.install();
    await page.goto(run);
    const time = page.locator('time[data-since]').first();
    const before = await time.innerText();
    await page.clock.runFor(61_000);
    expect(await time.innerText()).not.toBe(before);
  });

  test('an unreachable Temporal is reported, the last screen stays, and updates resume', async () => {
    const scene = aScene(drainingRun());
    const { page } = await browse(scene);
    await page.goto(run);
    await page.locator('#link', { hasText: 'live' }).waitFor();
    scene.unreachable = true;
    await page.locator('#trouble', { hasText: '127.0.0.1:7233 does not answer' }).waitFor();
    expect(await page.locator('h2', { hasText: 'Upgrades k8s-work-2' }).isVisible()).toBe(true);
    scene.unreachable = false;
    await page.locator('#trouble').waitFor({ state: 'hidden' });
  });

  test('a hidden window updates its title and icon, and has no connection', async () => {
    const scene = aScene(drainingRun());
    const { page } = await browse(scene);
    await page.clock.install();
    await page.addInitScript(
      `Object.defineProperty(document, 'hidden', { get: () => window.unseen === true })`,
    );
    await page.goto(run);
    await page.locator('#link', { hasText: 'live' }).waitFor();
    const turn = (unseen: boolean): Promise<unknown> =>
      page.evaluate(`window.unseen = ${unseen}; document.dispatchEvent(new Event('visibilitychange'))`);
    await turn(true);
    scene.runs.set('prox-ops/42', haltedRun());
    await page.clock.runFor(61_000);
    await page.waitForFunction(`document.title.startsWith('‖ ')`);
    expect(await page.locator('h2', { hasText: 'Upgrades k8s-work-2' }).count()).toBe(1);
    await turn(false);
    await page.locator('h2', { hasText: 'Halted: decide about k8s-work-2' }).waitFor();
  });

  test('a page whose server is gone says so, and the last screen stays', async () => {
    const { page } = await browse(aScene(drainingRun()));
    await page.goto(run);
    await page.locator('#link', { hasText: 'live' }).waitFor();
    await open?.app.close();
    await page.locator('#trouble', { hasText: 'The page’s server does not answer' }).waitFor();
    expect(await page.locator('h2', { hasText: 'Upgrades k8s-work-2' }).isVisible()).toBe(true);
  });

  test('a run is updated until its end', async () => {
    const scene = aScene(drainingRun());
    const { page } = await browse(scene);
    await page.goto(run);
    await page.locator('#link', { hasText: 'live' }).waitFor();
    scene.runs.set('prox-ops/42', recordedRun('run-done-0.1.0', { run: 42 }));
    await page.locator('h2', { hasText: 'Done' }).waitFor();
    await page.locator('#link', { hasText: 'ended' }).waitFor();
  });

  test('a command can be copied ready to paste', async () => {
    const { page, opened } = await browse(all());
    await opened.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(run);
    const line = page.locator('.commands li', { hasText: 'slipway rollback' });
    await line.locator('button').click();
    await line.locator('button', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'slipway rollback k8s-work-2 prox-ops/42 --why "…"',
    );
  });
});

group('with a token', () => {
  test('a login leads to the requested screen, and a logout is possible', async () => {
    const { page } = await browse(all(), {}, { tokens: [token] });
    await page.goto(run);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('The page’s token').fill('not-the-token-of-the-page');
    await page.keyboard.press('Enter');
    await page.getByText('That was no token of this page.').waitFor();
    await page.getByLabel('The page’s token').fill(token);
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: 'Halted: decide about k8s-work-2' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(run);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('The page’s token').waitFor();
  });
});

/** Violations of WCAG 2.1 AA and good practice that axe finds: rule, and place. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
  return found as readonly string[];
}

async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.innerText.trim()'));
}
