import { describe as group, expect, test } from '@jest/globals';
import { marksOf } from '../../../src/cli/commands/release.js';
import { reportText } from '../../../src/cli/commands/report.js';
import { toolsText } from '../../../src/cli/commands/tools.js';
import { exitCodeOf } from '../../../src/cli/commands/watch.js';
import type { NodeObject, NodeObservation } from '../../../src/planning/node/observation.js';
import { marked } from '../../planning/a-cluster.js';
import { aNode, aRunView, after, at, doneNode } from '../../runs/view/a-run-view.js';

group('leftover annotations of a run', () => {
  const none = marked({});
  const seen = (name: string, marks: NodeObject['marks'] | undefined): NodeObservation => ({
    name,
    role: 'worker',
    address: '10.0.0.1',
    talos: { kind: 'unreachable', why: 'not asked' },
    // Only the annotations are read.
    kubernetes: { kind: 'answered', value: marks && ({ marks } as NodeObject) },
  });

  test('are found by any of the three keys, and named by their run', () => {
    const nodes = [
      seen('a', none),
      seen('b', { ...none, cordonedBy: 'run/prox-ops/42' }),
      seen('c', { ...none, run: 'run/prox-ops/41' }),
      seen('d', undefined),
    ];
    expect(marksOf({ nodes })).toEqual({
      kind: 'seen',
      marks: [
        { node: 'b', run: 'run/prox-ops/42' },
        { node: 'c', run: 'run/prox-ops/41' },
      ],
    });
  });

  test.each([
    ['a version that waits for its boot', { armed: 'v1.13.9 boot-of-b' }],
    ['an install that ended nobody knows how', {}],
  ])('of %s are found without any other, and named by the sender', (_name, more) => {
    const by = 'run/prox-ops/42/1/b/1';
    const nodes = [seen('b', { ...none, ...more, install: `${by} v1.13.9 boot-of-b` })];
    expect(marksOf({ nodes })).toEqual({ kind: 'seen', marks: [{ node: 'b', run: by }] });
  });

  test('are unknown, not absent, when Kubernetes does not respond', () => {
    const unreachable: NodeObservation = {
      ...seen('a', none),
      kubernetes: { kind: 'unreachable', why: 'connection refused' },
    };
    expect(marksOf({ nodes: [seen('b', none), unreachable] })).toEqual({
      kind: 'unseen',
      why: 'connection refused',
    });
  });
});

group('the report of a run without a result', () => {
  const nodes = [doneNode('k8s-ctrl-2', 10, 90), aNode('k8s-ctrl-3')];

  test('is incomplete while the run is open', () => {
    const text = reportText(aRunView({ nodes }), after(100));
    expect(text).toMatch(
      /^# Run 42 of prox-ops\n\nThe run is still open; this is what there is so far\.\n\n```text\nrun 42/,
    );
    expect(text).toContain('✓ k8s-ctrl-2');
  });

  test('says that it was terminated', () => {
    const text = reportText(
      aRunView({ nodes, outcome: 'terminated', endedAt: at(95), reasons: [{ kind: 'terminated' }] }),
      after(100),
    );
    expect(text).toContain('The run is terminated from outside, and left no result of its own.');
  });
});

test('the list of tools says where each is, and how to install a missing one', () => {
  const text = toolsText(
    [
      {
        name: 'kubectl',
        wanted: '1.35.4',
        path: '/usr/bin/kubectl',
        version: '1.35.1',
        source: 'path',
        notes: ['within one minor of the pin.'],
      },
      {
        name: 'talosctl',
        wanted: '1.12.1',
        notes: ['PATH: not there.'],
        remedy: 'npm run setup -- talosctl',
      },
    ],
    [
      { name: 'git', found: '/usr/bin/git' },
      { name: 'go', remedy: 'Install Go 1.26.' },
    ],
  );
  expect(text.split('\n')).toEqual([
    '✓ kubectl   1.35.1  path  /usr/bin/kubectl',
    '    within one minor of the pin.',
    '✗ talosctl  1.12.1',
    '    PATH: not there.',
    '    Type: npm run setup -- talosctl',
    '',
    'Of the machine itself:',
    '✓ git       /usr/bin/git',
    '✗ go',
    '    Install Go 1.26.',
  ]);
});

test.each([
  ['done', 0],
  ['nothing-to-do', 0],
  ['refused', 1],
  ['incomplete', 1],
  ['halted', 1],
  ['aborted', 1],
  ['failed', 1],
  ['terminated', 1],
] as const)('a run that ended %s exits %i', (outcome, code) => {
  expect(exitCodeOf(outcome)).toBe(code);
});
