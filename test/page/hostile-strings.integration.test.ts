import { afterEach, describe as group, expect, test } from '@jest/globals';
import type { RunView } from '../../src/runs/view/run-view.js';
import { aNode, aRunView, at } from '../runs/view/a-run-view.js';
import { ask, openPage, seen, type OpenPage } from './a-page.js';
import { aScene, askingRun, drainingRun, haltedRun, recordedRun, type Scene } from './scenes.js';

let open: OpenPage | undefined;
afterEach(async () => {
  await open?.app.close();
  open = undefined;
});

/** Texts that somebody could write into a title, a reason, a pod's name or a heartbeat. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></main><h1>Approved</h1>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example.org/x.png)',
  '<a href="https://evil.example.org">approve here</a>',
  '&lt;script&gt;',
] as const;

/** A scene whose queue contains the text: in its freeze and its merge. `memo`: the rest of its state. */
function queueOf(view: RunView, text: string, memo: object = {}, running = true): Scene {
  const scene = aScene(view);
  const frozen = { by: text, why: text, since: at(5) };
  const waiting = { target: text, repository: text, pullRequest: 12, commit: 'c0ffee', since: at(20) };
  scene.queues = scene.queues.map((queue) => ({
    ...queue,
    running,
    memo: { ...queue.memo, frozen, waiting, ...memo },
  }));
  return scene;
}

const ended = (): RunView => recordedRun('run-done-0.1.0', { run: 42 });
const windows = [{ since: at(900), until: at(90_000), endedAt: undefined }];

const stands: readonly (readonly [string, (text: string) => Scene])[] = [
  ['is frozen alone', (text) => queueOf(ended(), text)],
  ['has an open run', (text) => queueOf(drainingRun({ input: begunBy(text) }), text)],
  [
    'waits for its window',
    (text) => queueOf(drainingRun({ input: begunBy(text), nodes: [], windows }), text),
  ],
  [
    'is held',
    (text) => {
      const reasons = [
        { kind: 'unexpected', message: text },
        { kind: 'unexpected', message: `again ${text}` },
      ] as const;
      return queueOf(ended(), text, { hold: { run: 41, since: at(9), outcome: 'halted', reasons } });
    },
  ],
  ['lost its queue', (text) => queueOf(ended(), text, {}, false)],
];

/** The origin of a run that a merge started, with only the fields that the page uses. */
function begunBy(text: string): RunView['input'] {
  const origin = { repository: text, commit: text, pullRequest: 12, delivery: text };
  return {
    request: { origin, commit: text },
    inventory: { limits: { window: 1_209_600_000 } },
  } as unknown as RunView['input'];
}

/** A run with one text in every field that comes from outside. */
function runOf(text: string): RunView {
  const decisions = [
    { kind: 'pause', by: text, why: text, at: at(30) },
    { kind: 'start-now', by: text, why: text, at: at(40) },
  ] as const;
  const reason = { kind: 'unexpected', message: text } as const;
  const view = haltedRun({ requestedBy: text, decisions, declared: false, target: text });
  const stopped = aNode('k8s-work-2', {
    state: 'halted',
    attempt: 1,
    startedAt: at(1),
    endedAt: at(2),
    reason,
    failedStep: 'drain',
    steps: [{ step: 'drain', startedAt: at(1), endedAt: at(2), note: text, undo: false }],
    skippedBy: undefined,
  });
  return {
    ...view,
    nodes: [stopped, aNode('k8s-work-3', { state: 'skipped', skippedBy: text })],
    plan: view.plan && { ...view.plan, notes: [text], blocked: [{ node: 'k8s-work-3', reason }] },
    reasons: [reason],
  };
}

group.each(hostile)('%s', (text) => {
  test.each([
    '/',
    '/clusters/prox-ops',
    '/clusters/prox-ops/runs/42',
    '/clusters/prox-ops/runs/42/nodes/1/k8s-work-2',
    '/clusters/prox-ops/runs/42/report',
  ])('stays text on %s', async (url) => {
    open = await openPage(aScene(runOf(text)));
    const { status, body } = await ask(open, url);
    expect(status).toBe(200);
    expect(taken(body)).toEqual([]);
  });

  test.each(stands)('stays text on the screens of a cluster that %s', async (_, scene) => {
    open = await openPage(scene(text));
    for (const url of ['/', '/clusters/prox-ops', '/clusters/prox-ops/runs/42']) {
      const { status, body } = await ask(open, url);
      expect([url, status, taken(body)]).toEqual([url, 200, []]);
    }
  });
});

/** Elements and attributes that a browser would treat as more than text. */
function taken(body: string): string[] {
  const head = /<head>.*?<\/head>/s.exec(body)?.[0] ?? '';
  return [
    ...(body.match(/<script(?![^>]*src="\/assets\/)|<img|<h1>Approved/gi) ?? []),
    ...(body.match(/<[^>]*\son(error|mouseover)\s*=/gi) ?? []),
    ...(body.match(/(href|src)="(javascript:|https:\/\/evil)/gi) ?? []),
    // The window's title; elements in pictures have titles as well.
    ...(head.match(/<\/title>/g) ?? []).slice(1),
  ];
}

test.each(stands)('the freeze and the merge of a cluster that %s are quoted unchanged', async (_, scene) => {
  for (const text of hostile) {
    open = await openPage(scene(text));
    for (const url of ['/', '/clusters/prox-ops']) {
      const { body } = await ask(open, url);
      const shown = seen(body);
      expect([url, shown]).toEqual([url, expect.stringContaining(`${text} froze prox-ops on 2026-11-21`)]);
      expect(shown).toContain(`so that no run begins: ${text}.`);
      expect(shown).toContain(`Talos ${text}, pull request 12 of ${text}, commit c0ffee, was merged`);
    }
    await open.app.close();
  }
});

test.each(hostile)('%s is quoted unchanged', async (text) => {
  open = await openPage(aScene(runOf(text)));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  const occurrences = seen(body).split(text).length - 1;
  // Requester, pause with author and reason, a node's text, who skipped one, the target, a note, and the blocker.
  expect(occurrences).toBeGreaterThan(6);
});

test('a command keeps its characters, as shown and as copied', async () => {
  const name = 'k8s-work-2';
  open = await openPage(aScene(askingRun()));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  const command =
    'slipway approve prox-ops/42 --plan 3f2a8c91d0aa --by &quot;NAME&quot; --reason &quot;…&quot;';
  expect(body.replaceAll(/<\/?span>/g, '')).toContain(`<code>${command}</code>`);
  expect(body).toContain(`data-copy="${command}"`);
  expect(body).toContain(name);
});

test.each(stands)(
  'texts of a cluster that %s have no bidi, invisible or control characters',
  async (_, scene) => {
    const text = 'ada\u202Eevil\u2066\u200B\u0000\u0007\u001B[31m\u009B\uFEFFend';
    open = await openPage(scene(text));
    for (const url of ['/', '/clusters/prox-ops', '/clusters/prox-ops/runs/42']) {
      const { body } = await ask(open, url);
      expect(body).not.toMatch(/[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u200B\uFEFF]/u);
    }
    const { body } = await ask(open, '/clusters/prox-ops');
    expect(seen(body)).toMatch(/ada\uFFFDevil.*end froze prox-ops/);
  },
);

test.each(stands)('an endless reason is cut if a cluster %s', async (_, scene) => {
  open = await openPage(scene('w'.repeat(2_000)));
  const shown = seen((await ask(open, '/clusters/prox-ops')).body);
  const said = /(?<by>w+ …) froze prox-ops .* begins: (?<why>w+ …)/.exec(shown)?.groups;
  expect([said?.['by']?.length, said?.['why']?.length]).toEqual([102, 402]);
});

test('bidi control characters are shown as replacement characters', async () => {
  const view = aRunView({ requestedBy: 'ada\u202Eevil' });
  open = await openPage(aScene(view));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  expect(body).not.toContain('\u202E');
  expect(body).toContain('ada\uFFFDevil');
});
