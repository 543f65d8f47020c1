import { describe, expect, it } from '@jest/globals';
import type { V1Pod, V1PodDisruptionBudget } from '@kubernetes/client-node';
import { nodeObject, workloadObservation } from '../../src/tools/kubernetes-observation.js';

const pod = (more: Partial<V1Pod> = {}): V1Pod => ({
  metadata: { namespace: 'web', name: 'web-5d9c-x', labels: { app: 'web', 'pod-template-hash': '5d9c' } },
  spec: {
    nodeName: 'k8s-work-1',
    containers: [{ name: 'c', image: 'registry.k8s.io/web:v1.2.3@sha256:00' }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  ...more,
});

const budget = (selector: object | undefined): V1PodDisruptionBudget => ({
  metadata: { namespace: 'web', name: 'web' },
  spec: selector ? { selector } : {},
  status: { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 },
});

describe('workloadObservation', () => {
  const selectors = [
    ['labels that match', { matchLabels: { app: 'web' } }, true],
    ['labels that do not', { matchLabels: { app: 'db' } }, false],
    ['an empty selector, which selects the whole namespace', {}, true],
    ['no selector, which selects nothing', undefined, false],
    ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] }, true],
    ['NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
    [
      'NotIn of a label it has not',
      { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] },
      true,
    ],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, true],
    ['an operator nobody knows', { matchExpressions: [{ key: 'app', operator: 'Like' }] }, false],
  ] as const;
  it.each(selectors)('matches a budget by %s', (_case, selector, matches) => {
    const [seen] = workloadObservation([pod()], [budget(selector)]).pods;
    expect(seen?.budgets).toEqual(matches ? ['web/web'] : []);
  });

  it('never matches a budget of another namespace', () => {
    const elsewhere = pod({ metadata: { namespace: 'other', name: 'x', labels: { app: 'web' } } });
    expect(workloadObservation([elsewhere], [budget({})]).pods[0]?.budgets).toEqual([]);
  });

  it('names the Deployment behind a ReplicaSet', () => {
    const ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5d9c', uid: '1', controller: true },
    ];
    const labels = { 'pod-template-hash': '5d9c' };
    const owned = pod({ metadata: { namespace: 'web', name: 'web-5d9c-x', labels, ownerReferences } });
    expect(workloadObservation([owned], []).pods[0]?.owner).toBe('Deployment/web');
  });

  it('reads the Kubernetes version from the static pods of the control plane', () => {
    const apiserver = pod({
      metadata: {
        namespace: 'kube-system',
        name: 'kube-apiserver-a',
        labels: { 'k8s-app': 'kube-apiserver' },
      },
      spec: {
        nodeName: 'k8s-ctrl-1',
        containers: [{ name: 'c', image: 'registry.k8s.io/kube-apiserver:v1.35.0' }],
      },
    });
    expect(workloadObservation([apiserver], []).controlPlane).toEqual([
      { component: 'kube-apiserver', node: 'k8s-ctrl-1', version: 'v1.35.0', ready: true },
    ]);
  });

  it('says why a pod does not run', () => {
    const crashing = pod({
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } } as never],
      },
    });
    const pending = pod({
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
      },
    });
    expect(workloadObservation([crashing, pending], []).pods.map((seen) => seen.trouble)).toEqual([
      'CrashLoopBackOff',
      'Unschedulable',
    ]);
  });
});

describe('nodeObject', () => {
  it('counts a Node without a Ready condition as not Ready', () => {
    expect(nodeObject({ metadata: { name: 'a' } })).toMatchObject({
      ready: false,
      unschedulable: false,
      bootId: '',
    });
  });

  it('finds our marks among the annotations', () => {
    const annotations = { 'slipway.dev/run': 'run/a/1', 'slipway.dev/cordoned-by': 'run/a/1' };
    expect(nodeObject({ metadata: { name: 'a', annotations } }).marks).toEqual({
      run: 'run/a/1',
      cordonedBy: 'run/a/1',
      install: undefined,
    });
  });
});
