import { describe, expect, test } from '@jest/globals';
import { judgeRun, type RunLeft } from '../../../lab/chaos/judge-run.js';
import type { UpgradePlan } from '../../../src/planning/plan/plan.js';
import type { RunStory, StoryNode } from '../../../src/planning/report/run-report.js';

const node = 'k8s-work-1';
const [from, to] = ['v1.12.1', 'v1.12.2'] as const;
const done = { node, from, to, outcome: 'done', state: 'on-target', steps: [] } as unknown as StoryNode;
const undone = { ...done, outcome: 'undone', state: 'undone' } as StoryNode;
const halted = { ...done, outcome: 'halted', state: 'armed', cordoned: true } as StoryNode;
const wentBack = { ...undone, state: 'rolled-back' } as StoryNode;
const well = { name: node, cordoned: false, marks: [], version: to, runs: to } as const;
const old = { ...well, version: from, runs: from } as const;
const at = '2026-01-01T00:00:00.000Z';
const byItself = { kind: 'rollback', node, by: 'Slipway itself', why: '', at } as const;
const later = '2026-01-01T00:01:00.000Z';
const plan = { onFailure: 'rollback', hops: [] } as unknown as UpgradePlan;
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
const back = { kind: 'rolled-back', node, version: from } as const;
const notBack = {
  kind: 'rollback-failed',
  node,
  version: from,
  state: 'back-on-old',
  reason: { kind: 'unexpected', message: 'x' },
} as const;

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
    [
      'was left alone, and somebody else upgraded it',
      {
        story: story({ outcome: 'halted', reasons: [why], nodes: [{ ...undone, state: 'untouched' }] }),
        ...end({ fired: [`upgraded-by-hand@${node}`] }),
      },
    ],
    [
      'was left alone while somebody else upgraded it, whose cordon is on it still',
      {
        story: story({ outcome: 'halted', reasons: [why], nodes: [{ ...undone, state: 'untouched' }] }),
        ...end({ nodes: [{ ...old, cordoned: true }], fired: [`upgraded-by-hand@${node}`] }),
      },
    ],
    [
      'gave a node back that was armed before, and says so on it',
      {
        story: story({ outcome: 'aborted', reasons: [why], nodes: [undone] }),
        ...end({ nodes: [{ ...old, armed: true, marks: ['slipway.dev/install', 'slipway.dev/armed'] }] }),
      },
    ],
    [
      'rolled back automatically',
      { story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack] }), ...end({ nodes: [old] }) },
    ],
    [
      'rolled back by another machine, which destroys one more',
      {
        story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack], decisions: [byItself], plan }),
        ...end({ nodes: [old], installs: {}, destroyed: { [node]: 2 } }),
      },
    ],
    [
      'was aborted while a node rolled back',
      {
        story: story({ outcome: 'aborted', reasons: [why], nodes: [wentBack], decisions: [byItself], plan }),
        ...end({ nodes: [old] }),
      },
    ],
    [
      'was retried after a rollback',
      { story: story({ decisions: [byItself, { ...byItself, kind: 'retry', by: 'Ada', at: later }], plan }) },
    ],
    [
      'did not come back well, and says in which state it is',
      {
        story: story({
          outcome: 'halted',
          reasons: [notBack],
          nodes: [{ ...halted, state: 'back-on-old', reason: notBack }],
        }),
        ...end({ nodes: [{ ...old, cordoned: true, marks: ['slipway.dev/run'] }] }),
      },
    ],
    [
      'is a rollback itself, and was not well on the previous version',
      {
        story: story({
          outcome: 'halted',
          reasons: [notBack],
          nodes: [{ ...halted, from: to, to: from, state: 'back-on-old' }],
          plan: { hops: [{ nodes: [{ name: node, back: 'run' }] }] },
        } as unknown as Partial<RunStory>),
        ...end({ nodes: [{ ...old, cordoned: true }] }),
      },
    ],
    [
      'left a machine off, of which nobody knows what it runs',
      {
        story: story({ outcome: 'halted', reasons: [why], nodes: [{ ...undone, state: 'untouched' }] }),
        ...end({ nodes: [{ name: node, cordoned: false, marks: [], version: to }] }),
      },
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
      'a cordon without a report',
      end({ nodes: [{ ...well, cordoned: true }] }),
      'I5',
      /is cordoned, and no report names it/,
    ],
    [
      'its own cordon without a report, where another user worked as well',
      {
        story: story({ outcome: 'halted', reasons: [why], nodes: [{ ...halted, cordoned: undefined }] }),
        ...end({
          nodes: [{ ...well, cordoned: true, marks: ['slipway.dev/cordoned-by'] }],
          fired: [`upgraded-by-hand@${node}`],
        }),
      },
      'I5',
      /is cordoned, and no report names it/,
    ],
    [
      'a cordon of a node the run was not about',
      end({ nodes: [well, { ...well, name: 'k8s-work-2', cordoned: true }] }),
      'I5',
      /k8s-work-2 is cordoned/,
    ],
    [
      'a mark on a node that was returned to service',
      {
        story: story({ outcome: 'aborted', reasons: [why], nodes: [undone] }),
        ...end({ nodes: [{ ...old, marks: ['slipway.dev/run'] }] }),
      },
      'I5',
      /still carries slipway\.dev\/run/,
    ],
    [
      'a node that is reported as rolled back, and is not',
      { story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack] }) },
      'I5',
      /reported as rolled-back, which is v1\.12\.1, and runs v1\.12\.2/,
    ],
    [
      'a node that never rolled back, and is reported as if',
      {
        story: story({
          outcome: 'halted',
          reasons: [notBack],
          nodes: [{ ...halted, state: 'back-on-old', reason: notBack }],
        }),
        ...end({ nodes: [{ ...well, cordoned: true }] }),
      },
      'I5',
      /reported as back-on-old, which is v1\.12\.1, and runs v1\.12\.2/,
    ],
    [
      'a node that is reported as done, and is not',
      end({ nodes: [old] }),
      'I5',
      /reported as on-target, which is v1\.12\.2, and runs v1\.12\.1/,
    ],
    [
      'a node that rolled back and stays cordoned',
      {
        story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack] }),
        ...end({ nodes: [{ ...old, cordoned: true }] }),
      },
      'I5',
      /is cordoned, and no report names it/,
    ],
    [
      'a node that rolls back though nobody says so',
      {
        story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack], decisions: [byItself] }),
        ...end({ nodes: [old] }),
      },
      'I9',
      /rolled back automatically, and slipway.yaml does not say so/,
    ],
    [
      'a rollback without a report',
      { story: story({ decisions: [{ ...byItself, by: 'Ada' }] }) },
      'I5',
      /does not say what became of that/,
    ],
    [
      'a rollback with two different reports',
      {
        story: story({
          outcome: 'halted',
          reasons: [{ ...notBack, state: 'rebooting' }],
          nodes: [{ ...halted, state: 'back-on-old', reason: notBack }],
        }),
        ...end({ nodes: [{ ...old, cordoned: true }] }),
      },
      'I5',
      /says that k8s-work-1 is rebooting, and the node's own end that it is back-on-old/,
    ],
    [
      'an install in a rollback',
      {
        story: story({ outcome: 'halted', reasons: [back], nodes: [wentBack], decisions: [byItself], plan }),
        ...end({ nodes: [old], installs: { [node]: 2 } }),
      },
      'I6',
      /installed on 2 times/,
    ],
    [
      'a mark of an install that is booted',
      {
        story: story({ outcome: 'aborted', reasons: [why], nodes: [undone] }),
        ...end({ nodes: [{ ...old, marks: ['slipway.dev/armed'] }] }),
      },
      'I5',
      /still carries slipway\.dev\/armed/,
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
