import { describe, expect, test } from '@jest/globals';
import { preflightCheck, preflightCheckOfLeftovers } from '../../../src/planning/node/preflight-check.js';
import type { PodObservation } from '../../../src/planning/node/observation.js';
import {
  aCluster,
  type Cluster,
  cordonedByRun,
  cordonedBySomebody,
  cordonedByTalos,
  marked,
  unreachable,
} from '../a-cluster.js';
import { plannedNode } from '../a-planned-node.js';

const run = 'run/prox-ops/7';
const context = { run, bootId: 'boot-of-work-1', outageAccepted: false };
const worker = plannedNode('work-1');
const controlPlane = plannedNode('ctrl-2');
const drained = aCluster().withObject('work-1', cordonedByRun(run)).withObject('ctrl-2', cordonedByRun(run));
const guarded: Partial<PodObservation> = { namespace: 'postgres', name: 'db-1', budgets: ['postgres/db'] };

describe('the preflight check before a node is stopped', () => {
  test('finds nothing against a drained worker, nor against a drained control plane that does not lead', () => {
    const apart = aCluster().withObject('work-1', cordonedByRun(run));
    expect(preflightCheck(apart.observation, worker, context)).toBeUndefined();
    const other = aCluster().withObject('ctrl-2', cordonedByRun(run));
    expect(preflightCheck(other.observation, controlPlane, context)).toBeUndefined();
  });

  test.each<[string, Cluster, object]>([
    [
      'it was uncordoned',
      drained.withObject('work-1', { unschedulable: false }),
      { kind: 'cordon-lost', found: 'it is schedulable' },
    ],
    [
      'another run cordoned it',
      drained.withObject('work-1', cordonedByRun('run/prox-ops/8')),
      { kind: 'cordon-lost', found: 'the cordon of run/prox-ops/8' },
    ],
    [
      'a person lifted the cordon and set their own',
      drained.withObject('work-1', { cordonSetBy: ['kubectl'] }),
      { kind: 'cordon-lost', found: 'the cordon of somebody' },
    ],
    [
      'Talos cordoned it',
      aCluster().withObject('work-1', cordonedByTalos),
      { kind: 'cordon-lost', found: 'the cordon of Talos itself' },
    ],
    [
      'another user cordoned it',
      aCluster().withObject('work-1', cordonedBySomebody),
      { kind: 'cordon-lost' },
    ],
    [
      'it runs another version',
      drained.withTalos('work-1', { version: 'v1.12.4' }),
      { kind: 'expectation-broken', what: 'version' },
    ],
    [
      'a protected pod is on it',
      drained.withPod(guarded),
      { kind: 'protected-pods', pods: ['postgres/db-1'] },
    ],
    [
      'a protected pod still ends',
      drained.withPod({ ...guarded, terminating: true }),
      { kind: 'protected-pods' },
    ],
    [
      'its pods are not known',
      drained.seeing({ workloads: unreachable('503') }),
      { kind: 'kubernetes-unreachable' },
    ],
    [
      'Talos does not answer',
      drained.withNode('work-1', (n) => ({ ...n, talos: unreachable('x') })),
      { kind: 'talos-unreachable' },
    ],
    ['it is gone', drained.seeing({ nodes: [] }), { kind: 'node-missing' }],
    [
      'it has booted since its facts were recorded',
      drained.withTalos('work-1', { bootId: 'another-boot' }),
      { kind: 'expectation-broken', what: 'boot id', expected: 'boot-of-work-1', found: 'another-boot' },
    ],
    [
      'another user reboots it',
      drained.withTalos('work-1', { stage: 'rebooting' }),
      { kind: 'talos-not-ready', stage: 'rebooting' },
    ],
    [
      'Talos is not ready on it',
      drained.withTalos('work-1', { ready: false, unmet: ['services: kubelet'] }),
      { kind: 'talos-not-ready', unmet: ['services: kubelet'] },
    ],
  ])('forbids it when %s', (_name, cluster, reason) => {
    expect(preflightCheck(cluster.observation, worker, context)).toMatchObject(reason);
  });

  test('takes the boot its facts were recorded in for the same boot', () => {
    const same = drained.withTalos('work-1', { bootId: 'boot-of-work-1' });
    expect(preflightCheck(same.observation, worker, context)).toBeUndefined();
  });

  test.each<[string, Partial<PodObservation>]>([
    ['belongs to a DaemonSet', { ...guarded, daemonSet: true }],
    ['is a mirror pod', { ...guarded, mirror: true }],
    ['has finished', { ...guarded, phase: 'Succeeded' }],
    ['runs elsewhere', { ...guarded, node: 'work-2' }],
    ['no budget covers', { budgets: [] }],
  ])('does not mind a pod that %s', (_name, pod) => {
    expect(preflightCheck(drained.withPod(pod).observation, worker, context)).toBeUndefined();
  });

  test("accepts a person's cordon with Slipway's annotation, and rejects it without", () => {
    const kept = { ...worker, keepCordon: true };
    const guardedBy = aCluster().withObject('work-1', {
      unschedulable: true,
      marks: marked({ run }),
    });
    expect(preflightCheck(guardedBy.observation, kept, context)).toBeUndefined();
    expect(
      preflightCheck(aCluster().withObject('work-1', cordonedBySomebody).observation, kept, context)?.kind,
    ).toBe('cordon-lost');
    expect(
      preflightCheck(guardedBy.withObject('work-1', { unschedulable: false }).observation, kept, context)
        ?.kind,
    ).toBe('cordon-lost');
  });

  test('asks etcd for a control plane, and not for a worker', () => {
    const ill = aCluster().seeing({ etcd: unreachable('not asked') });
    expect(
      preflightCheck(ill.withObject('work-1', cordonedByRun(run)).observation, worker, context),
    ).toBeUndefined();
    expect(
      preflightCheck(ill.withObject('ctrl-2', cordonedByRun(run)).observation, controlPlane, context)?.kind,
    ).toBe('etcd-unreachable');
  });

  test('forbids the leader, and a control plane beside another that is cordoned', () => {
    const leading = aCluster().withObject('ctrl-1', cordonedByRun(run));
    expect(preflightCheck(leading.observation, plannedNode('ctrl-1'), context)?.kind).toBe('etcd-node-leads');
    const beside = aCluster()
      .withObject('ctrl-2', cordonedByRun(run))
      .withObject('ctrl-3', cordonedBySomebody);
    expect(preflightCheck(beside.observation, controlPlane, context)).toMatchObject({
      kind: 'control-plane-disrupted',
      node: 'ctrl-3',
    });
  });
});

describe('the preflight check of an incomplete replacement, before it is recreated', () => {
  const remains = (of: Cluster, name: string): Cluster =>
    of.withObject(name, { ...cordonedByRun(run), ready: false }).withNode(name, (node) => ({
      ...node,
      talos: unreachable('no route to host'),
    }));
  const look = (of: Cluster, node = controlPlane) => preflightCheckOfLeftovers(of.observation, node, context);

  test('allows an unreachable worker, and an unreachable control plane that the others do without', () => {
    expect(look(remains(aCluster(), 'work-1'), worker)).toBeUndefined();
    const learner = remains(aCluster(), 'ctrl-2').withEtcd((etcd) => ({
      ...etcd,
      members: etcd.members.map((one) => (one.name === 'ctrl-2' ? { ...one, learner: true } : one)),
    }));
    expect(look(learner)).toBeUndefined();
  });

  test.each<[string, Cluster, object]>([
    [
      'its kubelet responds again',
      remains(aCluster(), 'ctrl-2').withObject('ctrl-2', { ready: true }),
      { kind: 'expectation-broken', what: 'kubelet' },
    ],
    [
      'another user uncordoned it',
      remains(aCluster(), 'ctrl-2').withObject('ctrl-2', { unschedulable: false }),
      { kind: 'cordon-lost' },
    ],
    [
      'another member is unwell',
      remains(aCluster(), 'ctrl-2').withMember('ctrl-3', { errors: ['NOSPACE'] }),
      { kind: 'etcd-member-unhealthy', node: 'ctrl-3' },
    ],
    [
      'Kubernetes does not answer',
      remains(aCluster(), 'ctrl-2').withNode('ctrl-2', (node) => ({
        ...node,
        kubernetes: unreachable('down'),
      })),
      { kind: 'kubernetes-unreachable' },
    ],
  ])('forbids it where %s', (_what, of, reason) => expect(look(of)).toMatchObject(reason));
});
