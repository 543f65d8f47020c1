import { describe, expect, test } from '@jest/globals';
import type { Inventory } from '../../../src/inventory/schema.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import type { Planned } from '../../../src/planning/plan/plan.js';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import {
  aCluster,
  answered,
  type Cluster,
  controlPlaneSchematic,
  cordonedByRun,
  cordonedBySomebody,
  unreachable,
  workerSchematic,
} from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const well = aCluster();
const run = 'run/prox-ops/4';
const names = ['ctrl-1', 'ctrl-2', 'ctrl-3', 'work-1', 'work-2', 'work-3'];

describe('the plan of a patch', () => {
  const plan = planOf(well.planInput());
  const nodes = plan.hops[0]?.nodes ?? [];

  test('has one hop, in place, that leaves nothing to choose', () => {
    expect(plan).toMatchObject({
      cluster: 'prox-ops',
      target: 'v1.12.6',
      strategy: 'in-place',
      strategyReason: 'patch: same minor',
      kubernetes: { lowest: 'v1.35.0', highest: 'v1.35.0' },
      drain: { attempts: 3, deleteEmptyDirData: true },
      blocked: [],
    });
    expect(plan.hops).toHaveLength(1);
    expect(plan.hops[0]).toEqual({ to: 'v1.12.6', nodes });
    expect(plan.steps).toEqual({ legacy: stepOrders.legacy });
    expect(nodes.map((node) => node.name)).toEqual(names);
  });

  test('knows image, schematic and expectation of each node', () => {
    expect(nodes[0]).toEqual({
      name: 'ctrl-1',
      role: 'control-plane',
      address: '10.20.67.1',
      image: `factory.talos.dev/nocloud-installer/${controlPlaneSchematic}:v1.12.6`,
      from: 'v1.12.1',
      flow: 'legacy',
      steps: 'legacy',
      rebootMode: 'powercycle',
      schematic: controlPlaneSchematic,
      expects: {
        version: 'v1.12.1',
        schematic: controlPlaneSchematic,
        extensions: ['siderolabs/qemu-guest-agent'],
      },
      canary: false,
      keepCordon: false,
      soak: 300_000,
    });
    expect(nodes[5]?.image).toBe(`factory.talos.dev/nocloud-installer/${workerSchematic}:v1.12.6`);
  });

  test('soaks after control planes and the canary, the first worker', () => {
    expect(nodes.map((node) => [node.canary, node.soak])).toEqual([
      [false, 300_000],
      [false, 300_000],
      [false, 300_000],
      [true, 300_000],
      [false, 0],
      [false, 0],
    ]);
  });

  test('skips what runs the target already, and makes the next worker the canary', () => {
    const half = planOf(
      well
        .withTalos('ctrl-2', { version: 'v1.12.6' })
        .withTalos('work-1', { version: 'v1.12.6' })
        .planInput(),
    );
    const planned = half.hops[0]?.nodes ?? [];
    expect(planned.filter((node) => node.skip).map((node) => node.name)).toEqual(['ctrl-2', 'work-1']);
    expect(planned.find((node) => node.canary)?.name).toBe('work-2');
    expect(half.notes).toContain('2 of 6 nodes run v1.12.6 already and are not touched');
  });

  test('keeps the cordon of a person on a worker, and does not take that worker as the canary', () => {
    const kept = planOf(well.withObject('work-1', cordonedBySomebody).planInput());
    const planned = kept.hops[0]?.nodes ?? [];
    expect(planned.filter((node) => node.keepCordon).map((node) => node.name)).toEqual(['work-1']);
    expect(planned.find((node) => node.canary)?.name).toBe('work-2');
    expect(kept.notes.join()).toContain(
      'work-1: somebody cordoned it; it is upgraded in its turn and left cordoned',
    );
  });

  test('takes over the annotations of an earlier run, and takes that control plane first', () => {
    const adopting = planOf(well.withObject('ctrl-3', cordonedByRun(run)).planInput());
    const [first] = adopting.hops[0]?.nodes ?? [];
    expect(first).toMatchObject({ name: 'ctrl-3', adopts: run, keepCordon: false });
    expect(adopting.blocked).toEqual([]);
    expect(adopting.notes.join()).toContain(`ctrl-3 carries the marks of ${run}: they are taken over`);
  });

  test('still has to uncordon a node an earlier run upgraded and left cordoned', () => {
    const done = all(well, { version: 'v1.12.6' }).withObject('ctrl-3', cordonedByRun(run));
    const other = planOf(done.planInput());
    expect(other.hops[0]?.nodes[0]).toMatchObject({ name: 'ctrl-3', skip: 'already-on-target', adopts: run });
    expect(other.notes.join()).toContain('they are taken over, and it is returned to service');
  });

  test('says what will stop it as things stand, at the node where it will', () => {
    const cluster = well
      .withObject('work-3', { ready: false })
      .withBudget({})
      .withPod({
        namespace: 'postgres',
        name: 'db-1',
        node: 'work-2',
        owner: 'StatefulSet/db',
        budgets: ['postgres/db'],
      })
      .withPod({ name: 'naked', node: 'work-3', owner: undefined });
    expect(planOf(cluster.planInput()).blocked.map(({ node, reason }) => `${node} ${reason.kind}`)).toEqual([
      'ctrl-1 node-not-ready',
      'work-2 budget-impossible',
      'work-3 drain-failed',
    ]);
  });

  test('of named nodes keeps the others out, and says who stays behind', () => {
    const other = planOf(well.planInput({ only: ['work-3'] }));
    expect(other.hops[0]?.nodes.map((node) => [node.name, node.canary])).toEqual([['work-3', true]]);
    expect(other.notes.join()).toContain(
      'only the named nodes are upgraded: ctrl-1, ctrl-2, ctrl-3, work-1 and work-2 stay on v1.12.1',
    );
  });

  test('is not upset by a worker that does not answer when it is about another', () => {
    const cluster = well.withNode('work-1', (node) => ({ ...node, talos: unreachable('timeout') }));
    expect(planUpgrade(cluster.planInput({ only: ['work-3'] })).verdict).toBe('planned');
    const silent = well.withNode('ctrl-1', (node) => ({ ...node, talos: unreachable('timeout') }));
    expect(kinds(planUpgrade(silent.planInput({ only: ['work-3'] })))).toEqual(['talos-unreachable']);
  });

  test('says that git does not declare its target', () => {
    const other = planOf(well.planInput({ request: { talos: 'v1.12.6', declared: false } }));
    expect(other.notes[0]).toBe('slipway.yaml declares Talos v1.12.6; v1.12.6 was given on the command line');
  });

  test('takes workers first where the inventory says so', () => {
    const cluster = declaring(well, (inventory) => ({
      ...inventory,
      upgrade: { ...inventory.upgrade, order: 'workers-first' },
    }));
    const order = planOf(cluster.planInput()).hops[0]?.nodes.map((node) => node.name);
    expect(order).toEqual(['work-1', 'work-2', 'work-3', 'ctrl-1', 'ctrl-2', 'ctrl-3']);
  });

  test('of one control plane announces the outage', () => {
    const other = planOf(aCluster({ controlPlanes: 1 }).planInput());
    expect(other.notes.join()).toContain('the Kubernetes API is away while it reboots');
  });

  test('of a thousand nodes is one plan, under 600 bytes a node, and names no more than 50 that are blocked', () => {
    const big = aCluster({ workers: 997 });
    const pods = Array.from({ length: 997 }, (_, index) => ({
      namespace: 'a',
      name: `naked-${index}`,
      node: `work-${index + 1}`,
      phase: 'Running',
      ready: true,
      terminating: false,
      owner: undefined,
      daemonSet: false,
      mirror: false,
      budgets: [],
      trouble: undefined,
      since: '',
    }));
    const other = planOf(big.withWorkloads((workloads) => ({ ...workloads, pods })).planInput());
    expect(other.hops[0]?.nodes).toHaveLength(1000);
    expect(JSON.stringify(other.hops).length / 1000).toBeLessThan(650);
    expect(other.blocked).toHaveLength(50);
    expect(other.notes.join()).toContain('947 more are blocked');
  });
});

/** Two minors further, and the factory has no release of the one between. */
function skippedMinor(): PlanInput {
  return well.upgrading({ strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' } }).planInput({
    request: { talos: 'v1.14.2' },
    availableVersions: answered(['v1.12.6', 'v1.13.0-rc.1', 'v1.14.2']),
  });
}

/** Worlds and requests that are refused, and the kinds of every reason. */
const refusals: readonly [string, PlanInput, readonly string[]][] = [
  ['another cluster', well.planInput({ request: { cluster: 'atlas' } }), ['unknown-cluster']],
  ['a node outside the inventory', well.planInput({ only: ['work-9'] }), ['unknown-node']],
  ['a request of another shape', well.planInput({ request: { schema: 2 as 1 } }), ['schema-unknown']],
  ['no version', well.planInput({ request: { talos: '1.12' } }), ['bad-version']],
  ['a version the factory has not', well.planInput({ request: { talos: 'v1.12.99' } }), ['version-unknown']],
  ['a downgrade', well.planInput({ request: { talos: 'v1.12.0' } }), ['downgrade']],
  [
    'a minor by replacement, where nothing says what makes the machines',
    well.planInput({ request: { talos: 'v1.13.9' } }),
    ['replacement-unprepared'],
  ],
  ['a skipped minor', skippedMinor(), ['minor-skipped']],
  [
    'a factory that does not answer',
    well.planInput({ availableVersions: unreachable('timeout') }),
    ['factory-unreachable'],
  ],
  [
    'Talos nodes that do not answer',
    silentTalos(['ctrl-2', 'work-1']),
    ['talos-unreachable', 'talos-unreachable'],
  ],
  ['a Kubernetes that does not answer', silentKubernetes(), ['kubernetes-unreachable']],
  ['an etcd that does not answer', well.seeing({ etcd: unreachable('x') }).planInput(), ['etcd-unreachable']],
  ['a Node that is missing', seenAs('work-1', undefined), ['inventory-disagrees']],
  [
    'a Node with another address',
    well.withObject('work-1', { internalAddress: '10.9.9.9' }).planInput(),
    ['inventory-disagrees'],
  ],
  ['a worker that is a control plane', withLabel('work-1'), ['inventory-disagrees']],
  [
    'a machine with another name',
    well.withTalos('work-1', { nodename: 'talos-x' }).planInput(),
    ['inventory-disagrees'],
  ],
  [
    'a node of another schematic, and the contents of the new one were not requested',
    well.withTalos('work-1', { schematic: 'e'.repeat(64) }).planInput(),
    ['factory-unreachable'],
  ],
  ['an unmanaged node', well.seeing({ strangers: ['work-77'] }).planInput(), ['inventory-disagrees']],
  ['two voters', aCluster({ controlPlanes: 2 }).planInput(), ['two-voters']],
  ['one control plane, its outage not accepted', onlyOne(), ['single-control-plane']],
  [
    'a control plane a person cordoned',
    well.withObject('ctrl-2', cordonedBySomebody).planInput(),
    ['node-cordoned'],
  ],
  ['a Kubernetes too old', withKubernetes('v1.29.4'), ['kubernetes-unsupported', 'kubernetes-unsupported']],
  [
    'a Kubernetes too new on one node',
    well.withObject('work-2', { kubeletVersion: 'v1.36.0' }).planInput(),
    ['kubernetes-unsupported'],
  ],
  ['a Kubernetes of unknown version', withKubernetes(''), ['kubernetes-unreachable']],
  [
    'a Talos that is upgraded by another API',
    all(well, { version: 'v1.14.1' }).planInput({
      request: { talos: 'v1.14.2' },
      availableVersions: answered(['v1.14.2']),
    }),
    ['flow-unavailable'],
  ],
  [
    'a Talos outside the matrix',
    all(well, { version: 'v1.20.0' }).planInput({
      request: { talos: 'v1.20.1' },
      availableVersions: answered(['v1.20.1']),
    }),
    ['flow-unavailable', 'talos-unsupported'],
  ],
];

describe('no plan', () => {
  test.each(refusals)('for %s', (_name, input, expected) =>
    expect(kinds(planUpgrade(input))).toEqual(expected),
  );

  test('names the minor that the factory has no release of', () => {
    expect(planUpgrade(skippedMinor())).toMatchObject({
      reasons: [{ kind: 'minor-skipped', from: 'v1.12.1', to: 'v1.14.2', next: '1.13' }],
    });
  });

  test('names the newest version of the minor where the factory has not the one asked for', () => {
    expect(planUpgrade(well.planInput({ request: { talos: 'v1.12.99' } }))).toMatchObject({
      reasons: [{ newest: 'v1.12.6' }],
    });
  });

  test('is refused for everything that is wrong at once', () => {
    const broken = well
      .withObject('ctrl-2', cordonedBySomebody)
      .withTalos('work-1', { nodename: 'talos-x' })
      .withObject('work-2', { kubeletVersion: 'v1.29.0', internalAddress: '10.9.9.9' })
      .seeing({ strangers: ['work-77'] });
    const planned = planUpgrade(
      broken.planInput({ request: { talos: 'v1.12.99' }, only: ['ctrl-1', 'work-1', 'work-2', 'work-9'] }),
    );
    expect(kinds(planned)).toEqual([
      'unknown-node',
      'inventory-disagrees',
      'inventory-disagrees',
      'inventory-disagrees',
      'node-cordoned',
      'version-unknown',
      'kubernetes-unsupported',
    ]);
  });

  test('is needed when everything runs the target: also when the factory is away', () => {
    const done = all(well, { version: 'v1.12.6' });
    const planned = planUpgrade(done.planInput({ availableVersions: unreachable('timeout') }));
    expect(planned).toEqual({
      verdict: 'nothing-to-do',
      reason: { kind: 'nothing-to-do', target: 'v1.12.6' },
    });
  });

  test('is needed when the named nodes run the target, whatever the others run', () => {
    const cluster = well.withTalos('work-3', { version: 'v1.12.6' });
    expect(planUpgrade(cluster.planInput({ only: ['work-3'] })).verdict).toBe('nothing-to-do');
  });
});

function kinds(planned: Planned): string[] {
  return planned.verdict === 'refused' ? planned.reasons.map((reason) => reason.kind) : [planned.verdict];
}

function all(cluster: Cluster, change: { version: string }): Cluster {
  return cluster.observation.nodes.reduce((world, node) => world.withTalos(node.name, change), cluster);
}

function declaring(cluster: Cluster, change: (inventory: Inventory) => Inventory): Cluster {
  return cluster.declaring(change);
}

function onlyOne(): PlanInput {
  const { controlPlane } = well.inventory;
  return aCluster({ controlPlanes: 1 })
    .declaring((inventory) => ({ ...inventory, controlPlane: { ...controlPlane, outageAccepted: false } }))
    .planInput();
}

function silentTalos(silent: readonly string[]): PlanInput {
  return silent
    .reduce(
      (world, name) => world.withNode(name, (node) => ({ ...node, talos: unreachable('timeout') })),
      well,
    )
    .planInput();
}

function silentKubernetes(): PlanInput {
  const nodes = well.observation.nodes.map((node) => ({ ...node, kubernetes: unreachable('503') }));
  return well.seeing({ nodes, workloads: unreachable('503') }).planInput();
}

function seenAs(name: string, object: undefined): PlanInput {
  return well.withNode(name, (node) => ({ ...node, kubernetes: answered(object) })).planInput();
}

function withLabel(name: string): PlanInput {
  return well.withObject(name, { labels: { 'node-role.kubernetes.io/control-plane': '' } }).planInput();
}

/** Kubelets and API servers of one version, schedulers of v1.36: outside on both ends. */
function withKubernetes(version: string): PlanInput {
  const kubelets = names.reduce((world, name) => world.withObject(name, { kubeletVersion: version }), well);
  const scheduler = version === '' ? '' : 'v1.36.0';
  return kubelets
    .withWorkloads((seen) => ({
      ...seen,
      controlPlane: seen.controlPlane.map((pod) => ({
        ...pod,
        version: pod.component === 'kube-scheduler' ? scheduler : version,
      })),
    }))
    .planInput();
}
