import { describe, expect, test } from '@jest/globals';
import { allSteps } from '../../../src/planning/steps/node-steps.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { aCluster, cordonedByRun, cordonedBySomebody } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const world = aCluster()
  .withObject('ctrl-3', cordonedByRun('run/prox-ops/4'))
  .withObject('work-2', cordonedBySomebody)
  .withTalos('work-3', { version: 'v1.12.6' })
  .withBudget({})
  .withPod({ namespace: 'postgres', name: 'db-1', owner: 'StatefulSet/db', budgets: ['postgres/db'] });
const plan = planOf(world.planInput());
const text = planText(plan);

describe('the text of a plan', () => {
  test('begins with what happens to the nodes, in which order', () => {
    expect(text.split('\n').slice(0, 16).join('\n')).toBe(
      `prox-ops  Talos → v1.12.6  in place (patch: same minor)
5 nodes to upgrade, one at a time · about 39m40s · Kubernetes v1.35.0

nodes, in this order (talosctl 1.12, legacy flow)
    1  ctrl-3  control-plane  v1.12.1 → v1.12.6  boots through its firmware, soak 5m, takes over the marks of run/prox-ops/4
    2  ctrl-1  control-plane  v1.12.1 → v1.12.6  soak 5m
    3  ctrl-2  control-plane  v1.12.1 → v1.12.6  soak 5m
    4  work-1  worker         v1.12.1 → v1.12.6  canary, boots through its firmware, soak 5m
    5  work-2  worker         v1.12.1 → v1.12.6  stays cordoned
    6  work-3  worker         v1.12.6 already

images
  factory.talos.dev/nocloud-installer/366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2:v1.12.6
    for ctrl-3, ctrl-1, ctrl-2
  factory.talos.dev/nocloud-installer/990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e:v1.12.6
    for work-1, work-2`,
    );
  });

  test.each([
    [
      'each step with its undo',
      '  cordon               marks the node unschedulable, with the mark of this run\n                         undo: uncordon',
    ],
    ['what belongs to control planes only', 'where this node leads (control planes)'],
    ['each gate with its question', '  etcd-healthy              Is every etcd member there, healthy'],
    ['every limit', 'install 5m · reboot 10m · boot 15m · ready 10m'],
    [
      'how it drains, and how old a snapshot may be',
      'drain in 3 attempts, emptyDir data is given up · snapshot at most 1h old',
    ],
    ['what is blocked', '  at work-1: PodDisruptionBudget postgres/db allows 0 disruptions and always will'],
    ['what a person should know', '  ctrl-1 leads etcd now'],
  ])('says %s', (_name, words) => expect(text).toContain(words));

  test('ends in the hash', () => expect(text.endsWith(`plan ${plan.hash}\n`)).toBe(true));

  test('names every node once, and each step once', () => {
    for (const node of plan.hops[0]?.nodes ?? [])
      expect(text.match(new RegExp(`^ +\\d+ +${node.name} `, 'gm'))).toHaveLength(1);
    for (const step of allSteps(plan))
      expect(text.match(new RegExp(`^ {2}${step} {2,}`, 'gm'))).toHaveLength(1);
  });

  test('has nothing to say of blocks and notes where there are none', () => {
    const quiet = planText({ ...plan, blocked: [], notes: [] });
    expect(quiet).not.toContain('blocked');
    expect(quiet).not.toContain('\nnotes');
  });

  test('of many nodes that share an image counts them', () => {
    const many = planText(planOf(aCluster({ workers: 12 }).planInput()));
    expect(many).toContain('for work-1, work-2, work-3 … work-12 (12)');
  });
});
