import { expect, test } from '@jest/globals';
import { runBackOf } from '../../src/cli/run-back-of.js';
import { aNode, doneNode } from '../runs/view/a-run-view.js';

const order = ['k8s-ctrl-1', 'k8s-work-1', 'k8s-work-2', 'k8s-work-3'];

test('what a run did is taken back the last node first, but for what was left as it was', () => {
  const undone = aNode('k8s-work-2', { state: 'undone', leftAs: 'undone', attempt: 1 });
  const nodes = [doneNode('k8s-ctrl-1', 0, 60), doneNode('k8s-work-1', 60, 120), undone, aNode('k8s-work-3')];
  const [first, second, ...others] = runBackOf({ nodes, order });
  expect(others).toEqual([]);
  expect([first?.name, second?.name]).toEqual(['k8s-work-1', 'k8s-ctrl-1']);
  const { from, to, plan } = doneNode('k8s-work-1', 60, 120);
  expect(first).toEqual({ name: 'k8s-work-1', version: from, to, schematic: plan.expects.schematic });
});

test('a node that halted on the new version goes back, too', () => {
  const halted = aNode('k8s-work-2', { state: 'halted', leftAs: 'on-target', attempt: 1 });
  expect(runBackOf({ nodes: [halted], order })).toMatchObject([{ name: 'k8s-work-2' }]);
});

test('what no slot holds is said to be so', () => {
  const twice = [doneNode('k8s-work-1', 0, 60), { ...doneNode('k8s-work-1', 60, 120), hop: 1 }];
  expect(runBackOf({ nodes: twice, order })).toMatchObject([{ noSlot: 'several-hops' }]);
  const [done] = twice;
  if (!done) throw new Error('there is no node');
  const rebuilt = { ...done, plan: { ...done.plan, rebuild: {} as NonNullable<typeof done.plan.rebuild> } };
  expect(runBackOf({ nodes: [rebuilt], order })).toMatchObject([{ noSlot: 'rebuilt' }]);
  const hop = (from: string, to: string, at: number) => ({
    ...rebuilt,
    from,
    to,
    hop: at,
    plan: { ...rebuilt.plan, from },
  });
  // Through a patch it goes back to what was first; through a minor that would be skipped on the way back it does not.
  const patch = [hop('v1.12.1', 'v1.12.6', 0), hop('v1.12.6', 'v1.13.9', 1)];
  expect(runBackOf({ nodes: patch, order })).toMatchObject([
    { version: 'v1.12.1', to: 'v1.13.9', noSlot: 'rebuilt' },
  ]);
  const minors = [hop('v1.11.5', 'v1.12.6', 0), hop('v1.12.6', 'v1.13.9', 1)];
  expect(runBackOf({ nodes: minors, order })).toMatchObject([{ noSlot: 'several-hops' }]);
});
