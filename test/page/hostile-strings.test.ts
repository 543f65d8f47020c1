import { afterEach, describe as group, expect, test } from '@jest/globals';
import type { RunView } from '../../src/runs/view/run-view.js';
import { aNode, aRunView, at } from '../runs/view/a-run-view.js';
import { ask, openPage, seen, type OpenPage } from './a-page.js';
import { aScene, askingRun, haltedRun } from './scenes.js';

let open: OpenPage | undefined;
afterEach(async () => {
  await open?.app.close();
  open = undefined;
});

/** What somebody could write into a title, a reason, a pod's name or a heartbeat. */
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

/** Everything of a run that comes from elsewhere, made of one text. */
function runOf(text: string): RunView {
  const decisions = [{ kind: 'pause', by: text, why: text, at: at(30) }] as const;
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
    expect(body).not.toMatch(/<script(?![^>]*src="\/assets\/)|<img|<h1>Approved/i);
    expect(body).not.toMatch(/<[^>]*\son(error|mouseover)\s*=/i);
    expect(body).not.toMatch(/(href|src)="(javascript:|https:\/\/evil)/i);
    // The window's own name; marks in pictures have one as well.
    expect(/<head>.*?<\/head>/s.exec(body)?.[0].match(/<\/title>/g)).toHaveLength(1);
  });
});

test.each(hostile)('%s is told as it is', async (text) => {
  open = await openPage(aScene(runOf(text)));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  const told = seen(body).split(text).length - 1;
  // Who asked, who paused and why, what a node says, who left one out, the target, a note, and what blocks.
  expect(told).toBeGreaterThan(6);
});

test('a command keeps what it is made of, in what is shown and in what is copied', async () => {
  const name = 'k8s-work-2';
  open = await openPage(aScene(askingRun()));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  const command =
    'slipway approve prox-ops/42 --plan 3f2a8c91d0aa --by &quot;NAME&quot; --reason &quot;…&quot;';
  expect(body.replaceAll(/<\/?span>/g, '')).toContain(`<code>${command}</code>`);
  expect(body).toContain(`data-copy="${command}"`);
  expect(body).toContain(name);
});

test('what turns writing around is shown as what it is', async () => {
  const view = aRunView({ requestedBy: 'ada\u202Eevil' });
  open = await openPage(aScene(view));
  const { body } = await ask(open, '/clusters/prox-ops/runs/42');
  expect(body).not.toContain('\u202E');
  expect(body).toContain('ada\uFFFDevil');
});
