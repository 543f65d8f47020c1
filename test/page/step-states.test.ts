import { expect, test } from '@jest/globals';
import { stepStates, stepsInWords } from '../../src/page/step-states.js';
import type { NodeView } from '../../src/runs/view/run-view.js';
import { aNode, aRunView, at } from '../runs/view/a-run-view.js';
import { drainingRun, haltedRun, recordedRun, stepsTo } from './scenes.js';

const { plan } = aRunView();
if (!plan) throw new Error('a run view has a plan');
const states = (node: NodeView) => stepStates(plan, node);
const inShort = (node: NodeView): string =>
  states(node)
    .map(({ state }) => state.charAt(0))
    .join('');
const node = (view: { readonly nodes: readonly NodeView[] }, name: string): NodeView => {
  const found = view.nodes.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

test('a running node has finished steps, a current one, and planned ones', () => {
  const draining = states(node(drainingRun(), 'k8s-work-2'));
  expect(draining.map(({ step, state }) => `${step} ${state}`).slice(0, 6)).toEqual([
    'prepare-image done',
    'await-gates done',
    'cordon done',
    'drain now',
    'record-facts ahead',
    'install ahead',
  ]);
  expect(stepsInWords(draining)).toBe('3 of 11 steps done, now drain');
});

test('a worker has no steps of control planes', () => {
  const steps = (name: string): string[] => states(aNode(name)).map(({ step }) => step);
  expect(steps('k8s-ctrl-2')).toContain('await-etcd-member');
  expect(steps('k8s-work-2')).not.toContain('await-etcd-member');
});

test('a halted node shows where it stopped, and the steps that were left', () => {
  const stopped = states(node(haltedRun(), 'k8s-work-2'));
  expect(stopped.find(({ state }) => state === 'failed')?.step).toBe('await-boot');
  expect(stopped.filter(({ state }) => state === 'ahead').map(({ step }) => step)).toEqual([
    'await-ready',
    'verify-node',
    'uncordon',
    'soak',
  ]);
  expect(stepsInWords(stopped)).toContain('failed at await-boot');
});

test('undo steps come last', () => {
  const undone = aNode('k8s-work-2', {
    state: 'undone',
    attempt: 1,
    failedStep: 'drain',
    steps: [
      ...stepsTo('drain', 0, true),
      { step: 'uncordon', startedAt: at(90), endedAt: at(95), note: undefined, undo: true },
    ],
  });
  // The planned uncordon belongs to the upgrade, not to the undo.
  expect(inShort(undone)).toBe('dddfaaaaaaau');
  expect(stepsInWords(states(undone))).toMatch(/failed at drain, 1 undone$/);
});

test('nodes of recorded upgrades have all steps done', () => {
  const view = recordedRun('run-done-0.1.0');
  const { plan: made } = view;
  if (!made) throw new Error('it was planned');
  const words = view.nodes.map((one) => stepsInWords(stepStates(made, one)));
  expect(words).toEqual([
    ...Array<string>(3).fill('13 of 13 steps done'),
    ...Array<string>(3).fill('11 of 11 steps done'),
  ]);
});
