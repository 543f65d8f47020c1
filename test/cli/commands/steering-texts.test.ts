import { describe as group, expect, test } from '@jest/globals';
import { pauseLines, requireAnswer } from '../../../src/cli/commands/pause.js';
import { resumeLines } from '../../../src/cli/commands/resume.js';
import { TemporalUnreachable } from '../../../src/cli/mistakes.js';
import { aNode, aRunView, after, at, doneNode, runningNode } from '../../runs/view/a-run-view.js';

const chosen = { cluster: 'prox-ops', run: 42 };
const limit = 86_400_000;
const nodes = [doneNode('k8s-work-1', 1, 9), runningNode('k8s-work-2', 10, 'drain', 12), aNode('k8s-work-3')];

group('the answer to a pause', () => {
  test('names the nodes that are finished first, how long it lasts at most, and what ends it', () => {
    expect(pauseLines(chosen, { verdict: 'pausing', limit }, aRunView({ nodes }), after(20))).toEqual([
      'Run 42 of prox-ops pauses. k8s-work-2 is finished first; no further node is begun.',
      'The pause lasts 24h at most, counted from when no node is under way; if nobody resumes the run until then, it ends and the cluster is held. Nodes that were not begun are left alone.',
      '  slipway resume prox-ops/42 --why "…"  # continues with k8s-work-3',
      '  slipway watch prox-ops/42  # see it',
    ]);
  });

  test('does not need the view of the run', () => {
    const [first] = pauseLines(chosen, { verdict: 'pausing', limit }, undefined, after(20));
    expect(first).toBe(
      'Run 42 of prox-ops pauses. Nodes under way are finished first; no further one is begun.',
    );
  });

  test('says who paused the run already', () => {
    const pause = { by: 'ada@bench', why: 'the backup', at: at(11), limit, waiting: undefined };
    const [first] = pauseLines(
      chosen,
      { verdict: 'paused-already', limit },
      aRunView({ nodes, pause }),
      after(20),
    );
    expect(first).toMatch(
      /^Run 42 of prox-ops is paused already\. Pause asked for at .* by ada@bench: the backup\./,
    );
  });

  test('says that a run that is ending cannot be paused', () => {
    const [first] = pauseLines(chosen, { verdict: 'ending-already', limit }, undefined, after(20));
    expect(first).toContain('on its way to its end');
  });
});

group('the answer to a resume', () => {
  test('names what comes next', () => {
    expect(resumeLines(chosen, 'resumed', aRunView({ nodes: nodes.slice(2) }))[0]).toBe(
      'Run 42 of prox-ops goes on; next: k8s-work-3.',
    );
  });

  test('says that there was no pause', () => {
    expect(resumeLines(chosen, 'not-paused', undefined)[0]).toBe(
      'Run 42 of prox-ops is not paused: it goes on anyway.',
    );
  });
});

group('an unanswered update', () => {
  const workers = {
    taskQueue: 'slipway',
    answering: false,
    lastSeen: undefined,
    startWith: 'node worker.js',
  };
  const ask = (sent: boolean) => (): unknown =>
    requireAnswer({ kind: 'unanswered', sent, workers }, chosen, 'paused');

  test('says whether Temporal has the update', () => {
    expect(ask(false)).toThrow(TemporalUnreachable);
    expect(ask(false)).toThrow('Run 42 of prox-ops was not paused: nothing is recorded');
    expect(ask(true)).toThrow('may still be paused, should one hear it now');
  });
});
