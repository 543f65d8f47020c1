import { describe, expect, test } from '@jest/globals';
import { criticalNamespacesGate } from '../../../src/planning/gates/critical-namespaces-gate.js';
import type { GateContext } from '../../../src/planning/gates/gates.js';
import type { PodObservation } from '../../../src/planning/node/observation.js';
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
    expect(criticalNamespacesGate(critical(pod).observation, context)).toMatchObject({ verdict: 'open' });
  });

  test('counts what is well, and names the namespaces that are empty', () => {
    const one = critical({ namespace: 'kube-system' });
    expect(criticalNamespacesGate(one.observation, context)).toEqual({
      verdict: 'open',
      note: expect.stringMatching(/^1 pod well; .*rook-ceph.* none$/),
    });
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
    expect(
      criticalNamespacesGate(cordoned.observation, { ...context, underWork: ['work-1'], judged: 'work-1' }),
    ).toMatchObject({ verdict: 'open' });
    expect(
      criticalNamespacesGate(pending.observation, { ...context, underWork: ['work-1'], judged: 'work-1' }),
    ).toMatchObject({
      verdict: 'closed',
    });
  });

  test('is not applicable in the soak of a node that stays cordoned', () => {
    const cluster = critical({ ready: false }).withObject('work-1', cordonedBySomebody);
    expect(
      criticalNamespacesGate(cluster.observation, {
        ...context,
        moment: 'soak',
        underWork: ['work-1'],
        judged: 'work-1',
      }),
    ).toEqual({
      verdict: 'not-applicable',
      why: 'work-1 stays cordoned, as somebody had it: its pods cannot come back',
    });
  });

  describe('beside a batch-mate', () => {
    const beside: GateContext = { ...context, judged: 'work-1', underWork: ['work-1', 'work-2'] };
    const judge = (cluster: typeof well): string =>
      criticalNamespacesGate(cluster.observation, beside).verdict;
    const cordoned = cordonedByRun('run/prox-ops/7');
    const unscheduled: Partial<PodObservation> = {
      phase: 'Pending',
      node: '',
      ready: false,
      since: minutesAgo(20),
      trouble: 'Unschedulable',
    };

    test.each<[string, typeof well, string]>([
      ['what runs on it comes and goes with it', critical({ node: 'work-2', ready: false }), 'open'],
      [
        'what crashes on it is judged by its own steps',
        critical({ node: 'work-2', trouble: 'CrashLoopBackOff' }),
        'open',
      ],
      ['what runs here must be well', critical({ node: 'work-1', ready: false }), 'closed'],
      ['what runs elsewhere must be well', critical({ node: 'work-3', ready: false }), 'closed'],
      [
        'what waits for a place may wait for it',
        critical(unscheduled).withObject('work-2', cordoned),
        'open',
      ],
      ['what waits for a place where none is cordoned', critical(unscheduled), 'closed'],
      [
        'a cordon of a person on it is no end of the soak here',
        critical({ node: 'work-3', ready: false }).withObject('work-2', cordonedBySomebody),
        'closed',
      ],
    ])('%s', (_name, cluster, verdict) => expect(judge(cluster)).toBe(verdict));

    test('the soak ends where the node itself stays cordoned', () => {
      const kept = critical({ ready: false }).withObject('work-1', cordonedBySomebody);
      expect(criticalNamespacesGate(kept.observation, { ...beside, moment: 'soak' }).verdict).toBe(
        'not-applicable',
      );
    });
  });

  test('is not applicable when no namespace is critical', () => {
    expect(criticalNamespacesGate(well.observation, { ...context, criticalNamespaces: [] }).verdict).toBe(
      'not-applicable',
    );
  });
});
