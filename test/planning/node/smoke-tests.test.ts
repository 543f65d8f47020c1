import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Probe } from '../../../src/inventory/probes.js';
import { stepOrders, stepsOf } from '../../../src/planning/steps/node-steps.js';
import type { PlannedNode, UpgradePlan } from '../../../src/planning/plan/plan.js';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { probeByHand, probePod, probePodName, probesFor } from '../../../src/planning/node/smoke-tests.js';
import { aCluster, cordonedByRun } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';

const gpu = Probe.parse({
  name: 'gpu',
  for: { resource: 'nvidia.com/gpu' },
  image: 'cuda:12',
  command: ['nvidia-smi'],
  resources: { 'nvidia.com/gpu': 1 },
});
const vlan = Probe.parse({
  name: 'vlan-62',
  for: { role: 'worker', nodes: ['work-1', 'work-2'] },
  namespace: 'probes-host',
  image: 'busybox:1.37',
  command: ['ping', '-c', '3', '-I', 'eth1'],
  args: ["it's"],
  hostNetwork: true,
  runtimeClass: 'nvidia',
  capabilities: ['NET_RAW'],
  annotations: { 'a/b': 'c' },
  limit: '30s',
});
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const owner = { cluster: 'prox-ops', run: 42, by: 'run/prox-ops/42/1/work-1/1', sha256 };

const world = aCluster().declaring((inventory) => ({
  ...inventory,
  nodes: inventory.nodes.map((node) =>
    node.name === 'work-2' ? { ...node, gpu: { resource: 'nvidia.com/gpu', count: 1 } } : node,
  ),
  probes: [gpu, vlan],
}));
const plan = planOf(world.planInput());
const plannedIn = ({ hops: [hop] }: UpgradePlan, name: string): PlannedNode => {
  const node = hop?.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`the plan has no ${name}`);
  return node;
};
const nodeOf = (name: string): PlannedNode => plannedIn(plan, name);

describe('the smoke tests of a node', () => {
  test.each([
    ['ctrl-1', []],
    ['work-1', ['vlan-62']],
    ['work-2', ['gpu', 'vlan-62']],
    ['work-3', []],
  ])('of %s are %j', (name, expected) => {
    const node = world.inventory.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`no ${name}`);
    expect(probesFor(world.inventory, node).map((probe) => probe.name)).toEqual(expected);
  });

  test('are part of its plan, with how long each may take, and of nobody else’s', () => {
    expect(nodeOf('work-2').probes).toEqual([
      { name: 'gpu', limit: 120_000 },
      { name: 'vlan-62', limit: 30_000 },
    ]);
    expect(nodeOf('work-3')).not.toHaveProperty('probes');
  });

  test('are a step after the node was verified and before it is uncordoned', () => {
    const steps = stepsOf(plan, nodeOf('work-2'));
    expect(steps.slice(-4)).toEqual(['verify-node', 'probe-node', 'uncordon', 'soak']);
    expect(stepsOf(plan, nodeOf('work-3'))).toEqual(stepOrders.legacy);
  });

  test('leave no step in a plan whose nodes have none', () => {
    const workers = aCluster().declaring((inventory) => ({
      ...inventory,
      probes: [{ ...gpu, for: { nodes: ['nobody'] } }],
    }));
    expect(planOf(workers.planInput())).toMatchObject({
      steps: { legacy: stepOrders.legacy },
      hash: planOf(aCluster().planInput()).hash,
    });
  });

  test('are a step of a machine that is replaced, too', () => {
    const replaced = planOf(
      replacing(aReplacingCluster().declaring((inventory) => ({ ...inventory, probes: [vlan] }))),
    );
    const node = plannedIn(replaced, 'work-1');
    expect(stepsOf(replaced, node).slice(-4)).toEqual(['verify-node', 'probe-node', 'uncordon', 'soak']);
  });

  test('run again on a node that a run left cordoned: it is not uncordoned untested', () => {
    const left = world
      .withTalos('work-1', { version: 'v1.12.6' })
      .withObject('work-1', cordonedByRun('run/prox-ops/4'));
    const again = planOf(left.planInput());
    const node = plannedIn(again, 'work-1');
    expect(node).toMatchObject({ skip: 'already-on-target', steps: 'adopted' });
    expect(stepsOf(again, node)).toEqual([
      'cordon',
      'record-facts',
      'await-ready',
      'await-etcd-member',
      'verify-node',
      'probe-node',
      'uncordon',
      'soak',
    ]);
  });

  test('are noted by the plan', () => {
    const text = planText(plan);
    expect(text).toContain('tried with gpu and vlan-62');
    expect(text).toMatch(/probe-node +tries the node .* \(work-1, work-2\)/);
  });

  test('are one command each for a person, before the uncordon', () => {
    const commands = planCommands(plan, world.inventory);
    const of = commands.slice(commands.indexOf('work-2 (worker)'), commands.indexOf('work-3 (worker)'));
    const at = ['run slipway-gpu ', 'run slipway-vlan-62 ', ' uncordon '].map((what) => of.indexOf(what));
    expect(at.every((one) => one > 0)).toBe(true);
    expect(at).toEqual(at.toSorted((a, b) => a - b));
  });
});

describe('the Pod of a smoke test', () => {
  const pod = probePod(vlan, 'work-1', owner);

  test('has one name in every attempt of a workflow, and another in any other', () => {
    expect(probePodName(vlan, owner)).toBe(pod.metadata?.name);
    expect(probePodName(vlan, { ...owner, by: 'run/prox-ops/43/1/work-1/1' })).not.toBe(pod.metadata?.name);
    expect(pod.metadata?.name).toMatch(/^slipway-vlan-62-[0-9a-f]{10}$/);
  });

  test('is labelled as Slipway’s, with values that a label may have', () => {
    expect(pod.metadata).toMatchObject({
      namespace: 'probes-host',
      labels: { 'slipway.dev/probe': 'vlan-62', 'slipway.dev/run': 'prox-ops.42' },
      annotations: { 'a/b': 'c', 'slipway.dev/by': owner.by },
    });
  });

  test('is bound to its node, ends automatically, and has no rights but those it was given', () => {
    expect(pod.spec).toMatchObject({
      nodeName: 'work-1',
      restartPolicy: 'Never',
      activeDeadlineSeconds: 30,
      automountServiceAccountToken: false,
      hostNetwork: true,
      runtimeClassName: 'nvidia',
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          terminationMessagePolicy: 'FallbackToLogsOnError',
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
          },
        },
      ],
    });
    const { spec } = probePod(gpu, 'work-2', owner);
    expect(spec).not.toHaveProperty('hostNetwork');
    expect(spec?.containers[0]).toMatchObject({
      resources: { limits: { 'nvidia.com/gpu': '1' } },
      securityContext: { capabilities: { drop: ['ALL'] } },
    });
  });

  test('is the same as a command, in words that a shell does not interpret', () => {
    const command = probeByHand(vlan, 'work-1');
    expect(command).toMatch(
      /^run slipway-vlan-62 --namespace=probes-host --image=busybox:1.37 --restart=Never /,
    );
    const quoted = /--overrides='(.*)'$/.exec(command)?.[1] ?? '';
    const overrides = JSON.parse(quoted.replaceAll(String.raw`'\''`, "'")) as { spec: object };
    expect(overrides.spec).toEqual(pod.spec);
  });
});
