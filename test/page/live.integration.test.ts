import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { openPage, type OpenPage } from './a-page.js';
import { aScene, drainingRun, haltedRun, recordedRun, type Scene } from './scenes.js';

let open: OpenPage | undefined;
const stop = new AbortController();
afterEach(async () => {
  await open?.app.close();
  open = undefined;
});

interface Told {
  readonly event: string;
  readonly data: {
    readonly title: string;
    readonly main: string;
    readonly announce: string;
    readonly text: string;
  };
}

/** Watches a screen as a browser does; each call waits for the next event. */
async function watch(scene: Scene, path: string) {
  open ??= await openPage(scene);
  const { port } = open.app.server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/live${path}`, { signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Told | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const event = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (event !== undefined && data !== undefined)
          return { event, data: JSON.parse(data) as Told['data'] };
        continue;
      }
      const part = await reader?.read();
      if (!part || part.done) return undefined;
      text += part.value;
    }
  };
  return { answer, next, leave: () => reader?.cancel() };
}

const path = '/clusters/prox-ops/runs/42';

test('a screen is sent first, then after each change', async () => {
  const scene = aScene(drainingRun());
  const { answer, next, leave } = await watch(scene, path);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await next())?.data).toMatchObject({
    title: '● prox-ops run 42: Upgrades k8s-work-2 · Slipway',
    announce: 'prox-ops run 42: Upgrades k8s-work-2. 4 of 6 nodes done.',
  });
  scene.runs.set('prox-ops/42', haltedRun());
  const sent = await next();
  expect(sent?.data.title).toBe('‖ prox-ops run 42: Halted: decide about k8s-work-2 · Slipway');
  expect(sent?.data.main).toContain('slipway retry k8s-work-2 prox-ops/42');
  await leave();
});

test('a running duration is not sent again', async () => {
  const scene = aScene(drainingRun());
  const { next, leave } = await watch(scene, path);
  await next();
  // Rendered a few more times, each with another duration of the wait.
  const looked = scene.runs.get('prox-ops/42');
  const times = { before: 0 };
  Object.defineProperty(scene, 'runs', {
    value: {
      get: () => {
        times.before += 1;
        return times.before < 10 ? looked : haltedRun();
      },
    },
  });
  expect((await next())?.data.title).toContain('Halted');
  expect(times.before).toBeGreaterThanOrEqual(10);
  await leave();
});

test('an unreachable Temporal is sent as trouble, and the screen again once it responds', async () => {
  const scene = aScene(drainingRun());
  const { next, leave } = await watch(scene, path);
  await next();
  scene.unreachable = true;
  expect(await next()).toMatchObject({
    event: 'trouble',
    data: { text: expect.stringContaining('7233 does not answer') },
  });
  scene.unreachable = false;
  expect(await next()).toMatchObject({
    event: 'screen',
    data: { title: expect.stringContaining('Upgrades') },
  });
  await leave();
});

test('the stream ends with the run', async () => {
  const scene = aScene(drainingRun());
  const { next } = await watch(scene, path);
  await next();
  scene.runs.set('prox-ops/42', recordedRun('run-done-0.1.0', { run: 42 }));
  expect((await next())?.data.title).toBe('✓ prox-ops run 42: Done · Slipway');
  expect((await next())?.event).toBe('end');
  expect(await next()).toBeUndefined();
});

test('a screen is rendered once for all watchers, and not at all without any', async () => {
  const scene = aScene(drainingRun());
  const times = { looked: 0 };
  const { runs } = scene;
  Object.defineProperty(scene, 'runs', {
    value: {
      get: (key: string) => {
        times.looked += 1;
        return runs.get(key);
      },
    },
  });
  const watching = [await watch(scene, path), await watch(scene, path), await watch(scene, path)];
  for (const { next } of watching) expect((await next())?.event).toBe('screen');
  for (const { leave } of watching) await leave();
  const settled = await untilStill(() => times.looked);
  expect(settled).toBe(times.looked);
});

test('a missing page gets a 404, and no stream', async () => {
  const { answer } = await watch(aScene(drainingRun()), '/clusters/prox-ops/runs/77');
  expect(answer.status).toBe(404);
});

test('a connection has a limited lifetime, and a reconnect checks access again', async () => {
  const scene = aScene(drainingRun());
  open = await openPage(scene, { lasts: 5_000 });
  const { next } = await watch(scene, path);
  expect((await next())?.event).toBe('screen');
  expect(await next()).toBeUndefined();
  const again = await watch(scene, path);
  expect((await again.next())?.event).toBe('screen');
  await again.leave();
});

test('a page that closes ends its streams', async () => {
  const { next } = await watch(aScene(drainingRun()), path);
  await next();
  await open?.app.close();
  expect(await next().catch(() => undefined)).toBeUndefined();
});

/** Waits until a number stays the same for ten refreshes of the page. */
async function untilStill(read: () => number): Promise<number> {
  for (;;) {
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (read() === before) return before;
  }
}
