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

  it('reads which evictions were granted, and whether any was', () => {
    const disruptedPods = { 'web-5d9c-x': new Date('2026-11-21T14:32:05Z') };
    const numbers = { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 3 };
    const budgets = [{ status: numbers }, { status: { ...numbers, disruptedPods } }];
    const [none, one] = workloadObservation([], budgets).budgets;
    expect(none).not.toHaveProperty('granted');
    expect(one?.granted).toEqual([{ pod: 'web-5d9c-x', at: '2026-11-21T14:32:05.000Z' }]);
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

  const hostname = 'kubernetes.io/hostname';
  type Affinity = NonNullable<NonNullable<V1Pod['spec']>['affinity']>;
  const required = (...terms: { key: string; operator: string; values?: string[] }[][]): Affinity => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  });
  const isIn = (...values: string[]) => ({ key: hostname, operator: 'In', values });
  const pins: [string, Partial<NonNullable<V1Pod['spec']>>, string | undefined][] = [
    ['nothing', {}, undefined],
    ['a selector of its name', { nodeSelector: { [hostname]: 'k8s-work-2' } }, 'k8s-work-2'],
    ['a selector of something else', { nodeSelector: { gpu: 'yes' } }, undefined],
    ['an affinity for its name', { affinity: required([isIn('k8s-work-2')]) }, 'k8s-work-2'],
    [
      'an affinity for its name and more of it',
      { affinity: required([{ key: 'gpu', operator: 'Exists' }, isIn('k8s-work-2')]) },
      'k8s-work-2',
    ],
    ['an affinity for two names', { affinity: required([isIn('k8s-work-2', 'k8s-work-3')]) }, undefined],
    [
      'one of two affinities: either will do',
      { affinity: required([isIn('k8s-work-2')], [isIn('k8s-work-3')]) },
      undefined,
    ],
    [
      'an affinity against its name',
      { affinity: required([{ key: hostname, operator: 'NotIn', values: ['k8s-work-2'] }]) },
      undefined,
    ],
    [
      'a wish',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [isIn('k8s-work-2')] } },
            ],
          },
        },
      },
      undefined,
    ],
    ['an affinity without terms', { affinity: required() }, undefined],
    [
      'a selector before an affinity',
      { nodeSelector: { [hostname]: 'k8s-work-1' }, affinity: required([isIn('k8s-work-2', 'k8s-work-1')]) },
      'k8s-work-1',
    ],
  ];
  it.each(pins)('ties a pod to a node by %s, or not', (_case, spec, node) => {
    const tied = pod({ spec: { nodeName: 'k8s-work-9', containers: [], ...spec } });
    const [seen] = workloadObservation([tied], []).pods;
    expect(seen?.pinnedTo).toBe(node);
    expect(seen && 'pinnedTo' in seen).toBe(node !== undefined);
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

  it('finds Slipway’s annotations', () => {
    const annotations = { 'slipway.dev/run': 'run/a/1', 'slipway.dev/cordoned-by': 'run/a/1' };
    expect(nodeObject({ metadata: { name: 'a', annotations } }).marks).toEqual({
      run: 'run/a/1',
      cordonedBy: 'run/a/1',
      install: undefined,
      armed: undefined,
      reboot: undefined,
    });
  });

  it('finds every one of them', () => {
    const annotations = {
      'slipway.dev/run': 'run/a/1',
      'slipway.dev/cordoned-by': 'run/a/1',
      'slipway.dev/install': 'run/a/1/1/b/1 v1.13.9 boot',
      'slipway.dev/armed': 'v1.13.9 boot',
      'slipway.dev/reboot': 'run/a/1/1/b/1',
      'example.com/armed': 'not ours',
    };
    expect(nodeObject({ metadata: { name: 'a', annotations } }).marks).toEqual({
      run: 'run/a/1',
      cordonedBy: 'run/a/1',
      install: 'run/a/1/1/b/1 v1.13.9 boot',
      armed: 'v1.13.9 boot',
      reboot: 'run/a/1/1/b/1',
    });
  });
});

describe('who set the cordon', () => {
  const cordon = { 'f:spec': { 'f:unschedulable': {} } };
  const mark = { 'f:metadata': { 'f:annotations': { 'f:slipway.dev/cordoned-by': {} } } };
  const fields = [
    ['nobody is named', undefined, undefined],
    ['another field', [{ manager: 'slipway', fieldsV1: mark }], undefined],
    ['one', [{ manager: 'slipway', fieldsV1: { ...cordon, ...mark } }], ['slipway']],
    [
      'another than who set the mark',
      [
        { manager: 'slipway', fieldsV1: mark },
        { manager: 'kubectl', fieldsV1: cordon },
      ],
      ['kubectl'],
    ],
    ['without a name', [{ fieldsV1: cordon }], undefined],
  ] as const;
  it.each(fields)('is read from the managed fields: %s', (_case, managedFields, setters) => {
    const metadata = managedFields ? { managedFields: [...managedFields] } : {};
    expect(nodeObject({ metadata }).cordonSetBy).toEqual(setters);
  });
});
