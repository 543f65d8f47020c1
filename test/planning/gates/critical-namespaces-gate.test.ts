import { describe, expect, test } from '@jest/globals';
import { criticalNamespacesGate } from '../../../src/planning/gates/critical-namespaces-gate.js';
import type { GateContext } from '../../../src/planning/gates/gates.js';
import type { PodObservation } from '../../../src/planning/observation.js';
import { aCluster, cordonedByRun, cordonedBySomebody, now } from '../a-cluster.js';

const context: GateContext = { criticalNamespaces: ['kube-system', 'rook-ceph'], moment: 'before-node', now };
const well = aCluster();
const minutesAgo = (minutes: number): string => new Date(Date.parse(now) - minutes * 60_000).toISOString();
const critical = (pod: Partial<PodObservation>) =>
  well.withPod({ namespace: 'kube-system', name: 'coredns-1', ...pod });

describe('the gate of critical namespaces', () => {
  test.each<[string, Partial<PodObservation>, string]>([
    ['crashes', { trouble: 'CrashLoopBackOff', ready: false }, 'CrashLoopBackOff'],
    ['has no image', { phase: 'Pending', trouble: 'ImagePullBackOff', ready: false }, 'ImagePullBackOff'],
    [
      'has a broken configuration',
      { phase: 'Pending', trouble: 'CreateContainerConfigError' },
      'CreateContainerConfigError',
    ],
    ['runs and is not ready', { ready: false }, 'not ready'],
    [
      'has waited too long',
      { phase: 'Pending', node: '', ready: false, since: minutesAgo(6) },
      'Pending for 6 min',
    ],
    ['is lost with its node', { phase: 'Unknown', ready: false }, 'Unknown'],
  ])('is closed when a pod %s', (_name, pod, trouble) => {
    expect(criticalNamespacesGate(critical(pod).observation, context)).toEqual({
      verdict: 'closed',
      reason: { kind: 'pods-in-trouble', pods: [`kube-system/coredns-1 (${trouble})`], count: 1 },
    });
  });

  test.each<[string, Partial<PodObservation>]>([
    ['is well', {}],
    ['has finished', { phase: 'Succeeded', ready: false }],
    ['has failed and was replaced', { phase: 'Failed', ready: false, trouble: 'Evicted' }],
    ['is going', { terminating: true, ready: false }],
    ['has waited a moment', { phase: 'Pending', node: '', ready: false, since: minutesAgo(4) }],
    [
      'is being started',
      { phase: 'Pending', ready: false, trouble: 'ContainerCreating', since: minutesAgo(1) },
    ],
    ['crashes elsewhere', { namespace: 'default', trouble: 'CrashLoopBackOff', ready: false }],
  ])('is open when a pod %s', (_name, pod) => {
    expect(criticalNamespacesGate(critical(pod).observation, context)).toEqual({ verdict: 'open' });
  });

  test('names the first five of many', () => {
    const cluster = Array.from({ length: 8 }).reduce<typeof well>(
      (world, _, index) => world.withPod({ namespace: 'rook-ceph', name: `osd-${index}`, ready: false }),
      well,
    );
    const verdict = criticalNamespacesGate(cluster.observation, context);
    expect(verdict).toMatchObject({ reason: { count: 8, pods: { length: 5 } } });
  });

  test('does not count what waits for the node under work while that is cordoned', () => {
    const pending = critical({
      phase: 'Pending',
      node: '',
      ready: false,
      since: minutesAgo(20),
      trouble: 'Unschedulable',
    });
    const cordoned = pending.withObject('work-1', cordonedByRun('run/prox-ops/7'));
    expect(criticalNamespacesGate(cordoned.observation, { ...context, underWork: 'work-1' })).toEqual({
      verdict: 'open',
    });
    expect(criticalNamespacesGate(pending.observation, { ...context, underWork: 'work-1' })).toMatchObject({
      verdict: 'closed',
    });
  });

  test('is not applicable in the soak of a node that stays cordoned', () => {
    const cluster = critical({ ready: false }).withObject('work-1', cordonedBySomebody);
    expect(
      criticalNamespacesGate(cluster.observation, { ...context, moment: 'soak', underWork: 'work-1' }),
    ).toEqual({
      verdict: 'not-applicable',
      why: 'work-1 stays cordoned, as somebody had it: its pods cannot come back',
    });
  });

  test('is not applicable when no namespace is critical', () => {
    expect(criticalNamespacesGate(well.observation, { ...context, criticalNamespaces: [] }).verdict).toBe(
      'not-applicable',
    );
  });
});
