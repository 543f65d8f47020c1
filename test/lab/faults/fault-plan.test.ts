import { describe, expect, test } from '@jest/globals';
import { faultCatalogue } from '../../../lab/faults/catalogue.js';
import { FaultPlan, type FiredFault } from '../../../lab/faults/fault-plan.js';

describe('a fault plan', () => {
  test('fires a fault once, at its point and for its machine only', () => {
    const plan = new FaultPlan();
    plan.arm({ name: 'install-fails', node: 'k8s-ctrl-2' });
    expect(plan.take('installer:finished', 'k8s-ctrl-1')).toBeUndefined();
    expect(plan.take('reboot:power-gone', 'k8s-ctrl-2')).toBeUndefined();
    expect(plan.take('installer:finished', 'k8s-ctrl-2')).toBe('install-fails');
    expect(plan.take('installer:finished', 'k8s-ctrl-2')).toBeUndefined();
  });

  test('fires the given number of times, for the first machines that pass', () => {
    const plan = new FaultPlan();
    plan.arm({ name: 'factory-429', times: 2 });
    const taken = [1, 2, 3].map(() => plan.take('factory:manifest'));
    expect(taken).toEqual(['factory-429', 'factory-429', undefined]);
  });

  test('fires the faults of one point in the order they were armed', () => {
    const plan = new FaultPlan();
    plan.arm({ name: 'factory-slow' });
    plan.arm({ name: 'factory-404' });
    expect([plan.take('factory:manifest'), plan.take('factory:manifest')]).toEqual([
      'factory-slow',
      'factory-404',
    ]);
  });

  test('a standing fault holds until it is disarmed, and is recorded once for each machine', () => {
    const fired: FiredFault[] = [];
    const plan = new FaultPlan({ onFired: (fault) => fired.push(fault) });
    plan.arm({ name: 'kubelet-not-ready' });
    const seen = ['k8s-work-1', 'k8s-work-1', 'k8s-work-2'].map((node) =>
      plan.standing('kubelet:status', node),
    );
    expect(seen).toEqual([true, true, true]);
    expect(fired.map(({ node }) => node)).toEqual(['k8s-work-1', 'k8s-work-2']);
    expect(plan.disarm({ name: 'kubelet-not-ready' })).toBe(1);
    expect(plan.standing('kubelet:status', 'k8s-work-1')).toBe(false);
  });

  test('a fault that sleeps wakes up once its point is passed, by the machine it names, and fires later', () => {
    const plan = new FaultPlan();
    plan.arm({ name: 'etcd-alarm', node: 'k8s-ctrl-1', after: 'lifecycle:armed@k8s-ctrl-2' });
    plan.take('lifecycle:armed', 'k8s-ctrl-3');
    expect(plan.standing('etcd:alarms', 'k8s-ctrl-1')).toBe(false);
    expect([plan.armed(), plan.sleeping()]).toEqual([
      [],
      [{ name: 'etcd-alarm', node: 'k8s-ctrl-1', after: 'lifecycle:armed@k8s-ctrl-2' }],
    ]);
    plan.take('lifecycle:armed', 'k8s-ctrl-2');
    expect(plan.standing('etcd:alarms', 'k8s-ctrl-1')).toBe(true);
    expect([plan.armed(), plan.sleeping()]).toEqual([[{ name: 'etcd-alarm', node: 'k8s-ctrl-1' }], []]);
  });

  test('says what is armed and what has fired', () => {
    const plan = new FaultPlan();
    plan.arm({ name: 'slow-reboot', times: 2 });
    plan.arm({ name: 'etcd-alarm', node: 'k8s-ctrl-1' });
    plan.take('reboot:power-gone', 'k8s-work-1');
    expect(plan.armed()).toEqual([
      { name: 'slow-reboot', left: 1 },
      { name: 'etcd-alarm', node: 'k8s-ctrl-1' },
    ]);
    expect(plan.fired()).toMatchObject([{ name: 'slow-reboot', node: 'k8s-work-1' }]);
  });

  test.each([
    { request: { name: 'no-such' }, says: /^There is no fault no-such\. Faults: image-missing, / },
    {
      request: { name: 'never-ready', node: 'k8s-gone-1' },
      says: 'there is no machine k8s-gone-1. Machines: k8s-ctrl-1.',
    },
    { request: { name: 'factory-404', node: 'k8s-ctrl-1' }, says: 'belongs to no machine: leave node out' },
    {
      request: { name: 'never-ready', after: 'lunch' },
      says: 'There is no point lunch. Points: image:looked-up, ',
    },
    { request: { name: 'never-ready', times: 0 }, says: 'times is 0, it must be a whole number from 1' },
  ])('refuses $request with a sentence', ({ request, says }) => {
    expect(() => new FaultPlan({ nodes: ['k8s-ctrl-1'] }).arm(request)).toThrow(says);
  });

  test('every fault of the catalogue says in one sentence what it does', () => {
    for (const { does } of Object.values(faultCatalogue)) expect(does).toMatch(/^[A-Z][^.]+\.$/);
  });
});
