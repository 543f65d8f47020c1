import { describe, expect, test } from '@jest/globals';
import { judgeRun, type RunLeft } from '../../../lab/chaos/judge-run.js';
import type { RunStory, StoryNode } from '../../../src/planning/run-report.js';

const node = 'k8s-work-1';
const done = { node, outcome: 'done', state: 'on-target', steps: [] } as unknown as StoryNode;
const undone = { ...done, outcome: 'undone', state: 'undone' } as StoryNode;
const halted = { ...done, outcome: 'halted', state: 'armed', cordoned: true } as StoryNode;
const well = { name: node, cordoned: false, marks: [], version: 'v1.12.2' } as const;
const story = (more: Partial<RunStory>): RunStory =>
  ({ outcome: 'done', reasons: [], nodes: [done], decisions: [], ...more }) as unknown as RunStory;
const left = (more: Partial<RunLeft>): RunLeft => ({
  story: story({}),
  patienceMs: 60_000,
  end: { nodes: [well], installs: { [node]: 1 }, destroyed: {}, fired: [] },
  happened: [],
  survivors: [],
  ...more,
});
const end = (more: Partial<RunLeft['end']>): Pick<RunLeft, 'end'> => ({ end: { ...left({}).end, ...more } });
const why = { kind: 'aborted', by: 'somebody' } as const;

describe('a run that breaks nothing', () => {
  test.each([
    ['is done', {}],
    [
      'is halted, its node cordoned, and says so',
      {
        story: story({ outcome: 'halted', reasons: [why], nodes: [halted] }),
        ...end({ nodes: [{ ...well, cordoned: true, marks: ['slipway.dev/run'] }] }),
      },
    ],
    ['is refused before any node', { story: story({ outcome: 'refused', reasons: [why], nodes: [] }) }],
    [
      'installed twice, as a person said',
      {
        story: story({ decisions: [{ kind: 'retry', node, by: '', why: '', at: '' }] }),
        ...end({ installs: { [node]: 2 } }),
      },
    ],
    [
      'met somebody who installed, too',
      end({ installs: { [node]: 2 }, fired: [`upgraded-by-hand@${node}`] }),
    ],
  ] as const)('%s', (_what, more) => {
    expect(judgeRun(left(more))).toEqual([]);
  });
});

describe('a promise is broken by', () => {
  test.each([
    ['a run that does not end', { story: undefined }, 'I13', /had not ended after 60 s/],
    [
      'a run that ends without a word',
      { story: story({ outcome: 'failed' }) },
      'I13',
      /without a word: failed/,
    ],
    [
      'a halt that says nothing',
      { story: story({ outcome: 'halted', nodes: [] }) },
      'I5',
      /nothing says why/,
    ],
    [
      'a failure without a name',
      { story: story({ outcome: 'halted', reasons: [{ kind: 'unexpected', message: 'x' }] }) },
      'I5',
      /no table names/,
    ],
    [
      'a node nobody knows anything of',
      { story: story({ nodes: [{ ...halted, state: 'unknown' }] }) },
      'I5',
      /no state with a name/,
    ],
    [
      'a node that is still under way',
      { story: story({ nodes: [{ ...done, outcome: 'running' }] }) },
      'I5',
      /no state with a name/,
    ],
    [
      'a cordon that nobody was told of',
      end({ nodes: [{ ...well, cordoned: true }] }),
      'I5',
      /is cordoned, and nobody was told/,
    ],
    [
      'a cordon of a node the run was not about',
      end({ nodes: [well, { ...well, name: 'k8s-work-2', cordoned: true }] }),
      'I5',
      /k8s-work-2 is cordoned/,
    ],
    [
      'a mark on a node that was given back',
      {
        story: story({ outcome: 'aborted', reasons: [why], nodes: [undone] }),
        ...end({ nodes: [{ ...well, marks: ['slipway.dev/run'] }] }),
      },
      'I5',
      /still carries slipway\.dev\/run/,
    ],
    ['a second install', end({ installs: { [node]: 2 } }), 'I6', /installed on 2 times/],
    ['a second machine destroyed', end({ destroyed: { [node]: 2 } }), 'I6', /destroyed 2 times/],
    [
      'a child that lives on',
      {
        happened: [
          {
            point: { node, step: 'drain', what: 'killed during' },
            sign: 'change',
            orphans: ['kubectl (pid 7)'],
          },
        ],
      },
      'I4',
      /kubectl \(pid 7\) outlived its worker, killed during drain/,
    ],
    ['a Terraform that never ends', { survivors: ['terraform (pid 8)'] }, 'I4', /terraform \(pid 8\)/],
  ] as const)('%s', (_what, more, promise, what) => {
    expect(judgeRun(left(more as Partial<RunLeft>))).toEqual([
      { promise, what: expect.stringMatching(what) },
    ]);
  });
});
