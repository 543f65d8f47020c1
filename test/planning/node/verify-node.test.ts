import { describe, expect, test } from '@jest/globals';
import type { NodeObject } from '../../../src/planning/node/observation.js';
import { compareNode, illServices, isWell, lostMetadata } from '../../../src/planning/node/verify-node.js';
import { aCluster, answered, unreachable } from '../a-cluster.js';
import { factsOf, seenNode } from '../a-planned-node.js';

const labels = {
  'kubernetes.io/hostname': 'work-1',
  'topology.kubernetes.io/zone': 'rack-1',
  'node.kubernetes.io/exclude-from-external-load-balancers': '',
  'nvidia.com/gpu.present': 'true',
  'nvidia.com/cuda.driver.major': '550',
  'feature.node.kubernetes.io/kernel-version.full': '6.12.1',
  'extensions.talos.dev/qemu-guest-agent': '9.1.0',
};
const taints = ['dedicated=gpu:NoSchedule'];
const annotations = {
  'example.com/rack': 'r1',
  'csi.volume.kubernetes.io/nodeid': '{}',
  'slipway.dev/run': 'run/prox-ops/7',
};
const before = aCluster().withObject('work-1', {
  labels,
  taints: [...taints, 'node.kubernetes.io/unschedulable=:NoSchedule'],
  annotations,
});
const facts = factsOf(before, 'work-1');

function after(change: Partial<NodeObject>) {
  return compareNode(
    facts,
    seenNode(before.withObject('work-1', { labels, taints, annotations, ...change }), 'work-1'),
  );
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}

describe('an upgraded node', () => {
  test.each([
    ['is not running yet', { stage: 'booting' }],
    ['is not ready', { ready: false, unmet: ['services: kubelet not healthy'] }],
  ])('is not well while Talos %s: it may still boot back', (_name, talos) => {
    expect(compareNode(facts, seenNode(before.withTalos('work-1', talos), 'work-1'))).toMatchObject({
      kind: 'talos-not-ready',
      node: 'work-1',
    });
  });

  test.each<[string, Partial<NodeObject>]>([
    ['is as it was', {}],
    ['gained a label', { labels: { ...labels, new: 'label' } }],
    [
      'runs another kernel',
      { labels: { ...labels, 'feature.node.kubernetes.io/kernel-version.full': '6.12.9' } },
    ],
    [
      'lost what node-feature-discovery had found',
      { labels: without(labels, 'feature.node.kubernetes.io/kernel-version.full') },
    ],
    ['names another extension version', { labels: without(labels, 'extensions.talos.dev/qemu-guest-agent') }],
    ['has another GPU driver', { labels: { ...labels, 'nvidia.com/cuda.driver.major': '570' } }],
    ['lost the annotation of the run', { annotations: without(annotations, 'slipway.dev/run') }],
    [
      'has a CSI driver that is not back yet',
      { annotations: without(annotations, 'csi.volume.kubernetes.io/nodeid') },
    ],
    ['has another value in an annotation', { annotations: { ...annotations, 'example.com/rack': 'r2' } }],
  ])('is well when it %s', (_name, change) => expect(after(change)).toBeUndefined());

  test.each<[string, Partial<NodeObject>, string[]]>([
    [
      'a label',
      { labels: without(labels, 'topology.kubernetes.io/zone') },
      ['label topology.kubernetes.io/zone=rack-1'],
    ],
    [
      'a label people set for load balancers',
      { labels: without(labels, 'node.kubernetes.io/exclude-from-external-load-balancers') },
      ['label node.kubernetes.io/exclude-from-external-load-balancers='],
    ],
    [
      "a label's value",
      { labels: { ...labels, 'topology.kubernetes.io/zone': 'rack-2' } },
      ['label topology.kubernetes.io/zone=rack-1 (now rack-2)'],
    ],
    [
      'the label of its GPU',
      { labels: without(labels, 'nvidia.com/gpu.present') },
      ['label nvidia.com/gpu.present=true'],
    ],
    ['a taint', { taints: [] }, ['taint dedicated=gpu:NoSchedule']],
    [
      'an annotation',
      { annotations: without(annotations, 'example.com/rack') },
      ['annotation example.com/rack'],
    ],
  ])('is reported to have lost %s', (_name, change, lost) =>
    expect(after(change)).toEqual({ kind: 'node-changed', node: 'work-1', lost }),
  );

  test('is reported to have lost an extension, before anything else', () => {
    const cluster = before.withTalos('work-1', { extensions: [] }).withObject('work-1', { labels: {} });
    expect(compareNode(facts, seenNode(cluster, 'work-1'))).toMatchObject({
      kind: 'extensions-lost',
      lost: facts.extensions,
    });
  });

  test.each([
    [
      'Talos does not answer',
      before.withNode('work-1', (n) => ({ ...n, talos: unreachable('x') })),
      'talos-unreachable',
    ],
    [
      'Kubernetes does not answer',
      before.withNode('work-1', (n) => ({ ...n, kubernetes: unreachable('x') })),
      'kubernetes-unreachable',
    ],
    [
      'its Node is gone',
      before.withNode('work-1', (n) => ({ ...n, kubernetes: answered(undefined) })),
      'node-missing',
    ],
  ])('is not taken for well when %s', (_name, cluster, kind) => {
    expect(compareNode(facts, seenNode(cluster, 'work-1'))?.kind).toBe(kind);
  });
});

describe('the services of an upgraded node', () => {
  const service = (name: string, state = 'Running', health = 'OK') => ({ name, state, health });
  const recorded = { ...facts, services: ['apid', 'kubelet'] };
  const { services: _, ...gone } = recorded;

  test.each([
    ['are all well', recorded, [service('apid'), service('kubelet')], []],
    ['have no health check', recorded, [service('apid', 'Running', '?'), service('kubelet')], []],
    ['gained one that is well', recorded, [service('apid'), service('kubelet'), service('ext-new')], []],
    [
      'gained one that does not run',
      recorded,
      [service('apid'), service('kubelet'), service('ext-new', 'Waiting', '?')],
      [],
    ],
    [
      'are ill',
      recorded,
      [service('apid'), service('kubelet', 'Running', 'Fail')],
      ['service kubelet: unhealthy'],
    ],
    [
      'do not run any more',
      recorded,
      [service('apid'), service('kubelet', 'Waiting', '?')],
      ['service kubelet: Waiting'],
    ],
    ['are gone', recorded, [service('apid')], ['service kubelet: gone']],
    [
      'were not recorded, since its machine was gone, and one is ill',
      gone,
      [service('kubelet', 'Running', 'Fail')],
      ['service kubelet: unhealthy'],
    ],
    ['were not recorded, since its machine was gone', gone, [service('apid', 'Finished', '?')], []],
  ])('%s', (_name, from, seen, ill) => expect(illServices(from, seen)).toEqual(ill));

  test.each([
    ['Running', 'OK', true],
    ['Running', '?', true],
    ['Running', 'Fail', false],
    ['Waiting', 'OK', false],
    ['Finished', '?', false],
  ])('that are %s with health %s are well: %s', (state, health, well) =>
    expect(isWell({ name: 'kubelet', state, health })).toBe(well),
  );
});

describe('what a replaced node gets back', () => {
  const seen = (change: Partial<NodeObject>) => {
    const cluster = before.withObject('work-1', { labels, taints, annotations, ...change });
    const { kubernetes } = seenNode(cluster, 'work-1');
    if (kubernetes.kind !== 'answered' || !kubernetes.value) throw new Error('work-1 is not there');
    return lostMetadata(facts, kubernetes.value);
  };

  test('is nothing where nothing is gone', () =>
    expect(seen({})).toEqual({ labels: {}, taints: [], annotations: {} }));

  test('is each label, taint and annotation that a user had set, and no annotation of Slipway, cordon or detected label', () =>
    expect(seen({ labels: {}, taints: [], annotations: {} })).toEqual({
      labels: {
        'kubernetes.io/hostname': 'work-1',
        'topology.kubernetes.io/zone': 'rack-1',
        'node.kubernetes.io/exclude-from-external-load-balancers': '',
      },
      taints: ['dedicated=gpu:NoSchedule'],
      annotations: { 'example.com/rack': 'r1' },
    }));

  test('is not the label of a device: it would be untrue where none is found', () =>
    expect(seen({ labels: without(labels, 'nvidia.com/gpu.present') }).labels).toEqual({}));

  test('is not a value that was changed since', () =>
    expect(seen({ labels: { ...labels, 'topology.kubernetes.io/zone': 'rack-2' } }).labels).toEqual({}));
});
