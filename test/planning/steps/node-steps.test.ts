import { describe, expect, test } from '@jest/globals';
import {
  allSteps,
  replacementLimits,
  type StepName,
  stepOrders,
  steps,
  stepsOf,
  withProbes,
} from '../../../src/planning/steps/node-steps.js';

const single = stepOrders.lifecycle.filter((step) => step !== 'drain');

describe('the steps of a node', () => {
  test.each([
    [
      'the order its plan has under its name',
      { steps: { lifecycle: single } },
      { steps: 'lifecycle' },
      single,
    ],
    [
      'each its own in a plan of two flows',
      { steps: { legacy: stepOrders.legacy, lifecycle: single } },
      { steps: 'legacy' },
      stepOrders.legacy,
    ],
    [
      'the reboot alone where it is armed',
      { steps: { armed: stepOrders.armed } },
      { steps: 'armed' },
      stepOrders.armed,
    ],
    [
      'the short ones where it is only returned to service',
      { steps: { adopted: stepOrders.adopted } },
      { steps: 'adopted', skip: 'already-on-target' },
      stepOrders.adopted,
    ],
    [
      'those of a table that its plan does not hold',
      { steps: {} },
      { steps: 'lifecycle' },
      stepOrders.lifecycle,
    ],
  ] as const)('are %s', (_name, plan, node, expected) => {
    expect(stepsOf(plan, node)).toEqual(expected);
  });
});

describe('all steps of a plan', () => {
  test.each([
    [
      'two flows, each once and in order',
      { legacy: stepOrders.legacy, lifecycle: stepOrders.lifecycle },
      stepOrders.lifecycle,
    ],
    ['the legacy flow: no reboot', { legacy: stepOrders.legacy }, stepOrders.legacy],
    ['a node without a place to drain to', { lifecycle: single }, single],
    ['nodes that are returned to service', { adopted: stepOrders.adopted }, stepOrders.adopted],
    ['none', {}, []],
  ] as const)('are those of %s', (_name, taken, expected) => {
    expect(allSteps({ steps: taken })).toEqual(expected);
  });
});

describe('the orders', () => {
  test('are each a subset of the table of all steps, in its order', () => {
    for (const [name, order] of Object.entries(stepOrders))
      expect([name, allSteps({ steps: { [name]: order } })]).toEqual([name, order]);
  });

  test('of a plan that replaces some nodes and upgrades others are both, each step once', () => {
    const both = allSteps({ steps: { legacy: stepOrders.legacy, replace: stepOrders.replace } });
    expect(new Set(both)).toEqual(new Set([...stepOrders.legacy, ...stepOrders.replace]));
    expect(both).toHaveLength(new Set(both).size);
    expect(both.filter((step) => (stepOrders.replace as readonly StepName[]).includes(step))).toEqual(
      stepOrders.replace,
    );
  });

  test('of a replacement plan before anything is touched, send once, and finish from there on', () => {
    const order: readonly StepName[] = stepOrders.replace;
    expect(order[0]).toBe('plan-replacement');
    const sent = order.findIndex((step) => steps[step].repeat === 'once');
    expect(order.filter((step) => steps[step].repeat === 'once')).toEqual(['replace-machine']);
    expect(order.slice(0, sent).every((step) => steps[step].onCancel === 'undo')).toBe(true);
    expect(order.slice(sent, -1).every((step) => steps[step].onCancel === 'finish')).toBe(true);
    expect(order.indexOf('remove-member')).toBe(sent + 1);
  });

  test('that patch do so once the node is back, and before it is compared and uncordoned', () => {
    for (const name of ['replace', 'resumed'] as const) {
      const order: readonly StepName[] = stepOrders[`${name}-patched`];
      expect(order.filter((step) => step !== 'patch-machine')).toEqual(stepOrders[name]);
      const at = order.indexOf('patch-machine');
      expect([order[at - 1], order[at + 1]]).toEqual(['await-etcd-member', 'verify-node']);
    }
    const adopted: readonly StepName[] = stepOrders['adopted-patched'];
    expect(adopted.indexOf('patch-machine')).toBeLessThan(adopted.indexOf('uncordon'));
    expect(adopted.indexOf('record-facts')).toBeLessThan(adopted.indexOf('patch-machine'));
    expect(steps['patch-machine'].onCancel).toBe('finish');
  });

  test('with smoke tests run them once the node was verified, and before other pods may run there', () => {
    for (const order of Object.values(stepOrders)) {
      const tried = withProbes(order);
      expect(tried.filter((step) => step !== 'probe-node')).toEqual(order);
      expect(tried.indexOf('probe-node')).toBe(tried.indexOf('uncordon') - 1);
      expect(allSteps({ steps: { legacy: tried } })).toEqual(tried);
    }
    expect(steps['probe-node'].onCancel).toBe('finish');
  });

  test('wait for limits of replacements where they replace alone', () => {
    for (const [name, order] of Object.entries(stepOrders)) {
      const waits = order.some((step) => replacementLimits.includes(steps[step].limit));
      expect([name, waits]).toEqual([name, /^(rollback-)?(replace|resumed)/.test(name)]);
    }
  });

  test('name each step at most once, and only steps there are', () => {
    for (const order of Object.values(stepOrders)) {
      expect(new Set(order).size).toBe(order.length);
      for (const step of order) expect(steps[step]).toBeDefined();
    }
  });

  test('never send anything before the gates, the cordon, the drain and the facts', () => {
    for (const order of [stepOrders.legacy, stepOrders.lifecycle, stepOrders.armed, stepOrders.replace]) {
      const names: readonly StepName[] = order;
      const sent = names.findIndex((step) => steps[step].repeat === 'once');
      for (const step of ['await-gates', 'cordon', 'drain', 'transfer-leadership', 'record-facts'] as const)
        expect([step, names.indexOf(step) >= 0 && names.indexOf(step) < sent]).toEqual([step, true]);
    }
  });

  test('reboot after the install, in the lifecycle flow alone', () => {
    const { lifecycle, legacy } = stepOrders;
    expect(lifecycle.indexOf('reboot')).toBe(lifecycle.indexOf('install') + 1);
    expect(legacy).not.toContain('reboot');
    expect(stepOrders.armed).not.toContain('install');
    expect(stepOrders.armed).not.toContain('prepare-image');
  });
});
