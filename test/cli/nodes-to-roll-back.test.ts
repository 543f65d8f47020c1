import { describe, expect, test } from '@jest/globals';
import { runRollbackOf } from '../../src/cli/nodes-to-roll-back.js';
import type { NodeView } from '../../src/runs/view/run-view.js';
import { aNode, doneNode } from '../runs/view/a-run-view.js';

const order = ['k8s-ctrl-1', 'k8s-work-1', 'k8s-work-2', 'k8s-work-3'];

test('a run is rolled back the last node first, without unchanged nodes', () => {
  const undone = aNode('k8s-work-2', { state: 'undone', leftAs: 'undone', attempt: 1 });
  const nodes = [doneNode('k8s-ctrl-1', 0, 60), doneNode('k8s-work-1', 60, 120), undone, aNode('k8s-work-3')];
  const [first, second, ...others] = runRollbackOf({ nodes, order });
  expect(others).toEqual([]);
  expect([first?.name, second?.name]).toEqual(['k8s-work-1', 'k8s-ctrl-1']);
  const { from, to, plan } = doneNode('k8s-work-1', 60, 120);
  expect(first).toEqual({ name: 'k8s-work-1', version: from, to, schematic: plan.expects.schematic });
});

test('a node that halted on the new version rolls back too', () => {
  const halted = aNode('k8s-work-2', { state: 'halted', leftAs: 'on-target', attempt: 1 });
  expect(runRollbackOf({ nodes: [halted], order })).toMatchObject([{ name: 'k8s-work-2' }]);
});

test('a version that is in no boot slot is reported', () => {
  const twice = [doneNode('k8s-work-1', 0, 60), { ...doneNode('k8s-work-1', 60, 120), hop: 1 }];
  expect(runRollbackOf({ nodes: twice, order })).toMatchObject([{ noSlot: 'several-hops', through: [{}] }]);
  const [done] = twice;
  if (!done) throw new Error('there is no node');
  const replaced = {
    ...done,
    plan: { ...done.plan, replacement: {} as NonNullable<typeof done.plan.replacement> },
  };
  expect(runRollbackOf({ nodes: [replaced], order })).toMatchObject([{ noSlot: 'replaced' }]);
  const hop = (from: string, to: string, at: number) => ({
    ...replaced,
    from,
    to,
    hop: at,
    plan: { ...replaced.plan, from },
  });
  // A patch in between is skipped; a minor in between is not.
  const patch = [hop('v1.12.1', 'v1.12.6', 0), hop('v1.12.6', 'v1.13.9', 1)];
  expect(runRollbackOf({ nodes: patch, order })).toMatchObject([
    { version: 'v1.12.1', to: 'v1.13.9', noSlot: 'replaced' },
  ]);
  expect(runRollbackOf({ nodes: patch, order })[0]).not.toHaveProperty('through');
  const minors = [
    hop('v1.11.3', 'v1.11.5', 0),
    hop('v1.11.5', 'v1.12.6', 1),
    hop('v1.12.6', 'v1.13.1', 2),
    hop('v1.13.1', 'v1.13.9', 3),
  ];
  const { schematic } = done.plan.expects;
  expect(runRollbackOf({ nodes: minors, order })).toEqual([
    {
      name: 'k8s-work-1',
      version: 'v1.11.3',
      schematic,
      to: 'v1.13.9',
      noSlot: 'replaced',
      through: [{ version: 'v1.12.6', schematic }],
    },
  ]);
});

test('a node that was upgraded in place more than once rolls back through the versions between', () => {
  const hop = (from: string, to: string, schematic: string, at: number) => {
    const done = doneNode('k8s-work-1', at * 60, at * 60 + 60);
    const plan = { ...done.plan, from, expects: { ...done.plan.expects, version: from, schematic } };
    return { ...done, from, to, hop: at, plan };
  };
  const hops = [
    hop('v1.11.5', 'v1.12.6', 'old', 0),
    hop('v1.12.6', 'v1.13.1', 'new', 1),
    hop('v1.13.1', 'v1.13.9', 'new', 2),
  ];
  expect(runRollbackOf({ nodes: hops, order })).toEqual([
    {
      name: 'k8s-work-1',
      version: 'v1.11.5',
      schematic: 'old',
      to: 'v1.13.9',
      noSlot: 'several-hops',
      through: [
        { version: 'v1.13.1', schematic: 'new' },
        { version: 'v1.12.6', schematic: 'new' },
      ],
    },
  ]);
});

describe('a node that was upgraded in place in one hop', () => {
  const hop = (from: string, to: string, at: number, more: Partial<NodeView> = {}) => {
    const done = doneNode('k8s-work-1', at * 60, at * 60 + 60);
    const plan = { ...done.plan, from, expects: { ...done.plan.expects, version: from } };
    return { ...done, from, to, hop: at, plan, ...more };
  };
  const first = hop('v1.11.5', 'v1.12.6', 0);

  test('and rolled back in the next hop does not use its slot, which holds the failed version', () => {
    const rolledBack = hop('v1.12.6', 'v1.13.9', 1, { state: 'halted', leftAs: 'rolled-back' });
    expect(runRollbackOf({ nodes: [first, rolledBack], order })).toMatchObject([
      { version: 'v1.11.5', to: 'v1.13.9', noSlot: 'several-hops', through: [{ version: 'v1.12.6' }] },
    ]);
    expect(runRollbackOf({ nodes: [rolledBack], order })).toEqual([]);
  });

  test('and replaced with the previous version in the next hop runs that version', () => {
    const replaced = hop('v1.12.6', 'v1.13.9', 1, { state: 'halted', leftAs: 'rolled-back' });
    const plan = { ...replaced.plan, replacement: {} as NonNullable<typeof replaced.plan.replacement> };
    expect(runRollbackOf({ nodes: [first, { ...replaced, plan }], order })).toMatchObject([
      { version: 'v1.11.5', to: 'v1.12.6', noSlot: 'replaced' },
    ]);
  });

  test('and returned to service in the next hop, whose target it already ran, rolls back by its slot', () => {
    const adopted = hop('v1.12.6', 'v1.12.6', 1, { leftAs: 'on-target' });
    const given = { ...adopted, plan: { ...adopted.plan, skip: 'already-on-target' as const } };
    const [way, ...others] = runRollbackOf({ nodes: [first, given], order });
    expect([way, others]).toMatchObject([{ version: 'v1.11.5', to: 'v1.12.6' }, []]);
    expect(way).not.toHaveProperty('noSlot');
  });
});
