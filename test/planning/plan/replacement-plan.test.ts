import { describe, expect, test } from '@jest/globals';
import { batchesOf } from '../../../src/planning/plan/batches.js';
import { usually } from '../../../src/planning/plan/estimate.js';
import { rebootModes } from '../../../src/planning/node/firmware-boots.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import {
  controlPlaneSchematic,
  cordonedByRun,
  cordonedBySomebody,
  marked,
  workerSchematic,
} from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, commit, replacing, withRole, withTerraform } from '../a-replacing-cluster.js';

const world = aReplacingCluster();
const plan = planOf(replacing(world));
const [hop] = plan.hops;
const nodes = hop?.nodes ?? [];
const node = (name: string) => nodes.find((one) => one.name === name);

describe('the plan of a minor that is replaced', () => {
  test('says that it replaces, and why', () => {
    expect(plan).toMatchObject({
      strategy: 'replace',
      strategyReason: 'minor: upgrade.strategy.minor of slipway.yaml is replace',
      terraform: { tool: 'terraform', version: '1.11.4', folder: 'terraform', workspace: 'default', commit },
    });
    expect(plan.terraform).not.toHaveProperty('repository');
    expect(plan.hops.map(({ to, strategy }) => [to, strategy])).toEqual([['v1.13.9', 'replace']]);
    expect(plan.steps).toEqual({ replace: stepOrders.replace });
  });

  test('names the machine of each node as Terraform does, its host, and who configures it', () => {
    expect(node('ctrl-2')?.replacement).toEqual({
      address: 'module.control_nodes["ctrl-2"]',
      host: 'thor',
      configuration: 'apply-config',
    });
    expect(node('work-1')?.replacement).toEqual({
      address: 'module.worker_nodes["work-1"]',
      host: 'baldar',
      configuration: 'terraform',
    });
    expect(nodes.every((one) => one.steps === 'replace' && one.rebootMode === undefined)).toBe(true);
  });

  test('gives Terraform the version of the hop, the Kubernetes that runs, and the schematics that have a variable', () => {
    expect(hop?.values).toEqual({
      talos_version: '1.13.9',
      kubernetes_version: 'v1.35.0',
      talos_schematic_worker: workerSchematic,
    });
  });

  test('writes versions as the variables want them', () => {
    const { terraform } = world.inventory;
    const other = withTerraform(world, {
      variables: {
        talos: 'talos',
        talosWritten: 'v1.2.3',
        kubernetes: 'kubernetes',
        kubernetesWritten: '1.2.3',
        schematic: { 'control-plane': 'controllers' },
        files: terraform?.variables.files ?? [],
      },
    });
    expect(planOf(replacing(other)).hops[0]?.values).toEqual({
      talos: 'v1.13.9',
      kubernetes: '1.35.0',
      controllers: controlPlaneSchematic,
    });
  });

  test('replaces first each template its nodes are made of, once', () => {
    expect(hop?.templates).toEqual([
      'module.templates["baldar-control-plane"]',
      'module.templates["thor-control-plane"]',
      'module.templates["odin-control-plane"]',
      'module.templates["baldar-worker"]',
      'module.templates["thor-worker"]',
      'module.templates["odin-worker"]',
    ]);
    expect(planOf(replacing(world, { only: ['work-2'] })).hops[0]?.templates).toEqual([
      'module.templates["thor-worker"]',
    ]);
    const all = withTerraform(world, {
      templates: { address: 'module.templates["{host}-{role}"]', all: true },
    });
    expect(planOf(replacing(all, { only: ['work-2'] })).hops[0]?.templates).toHaveLength(6);
    const { templates: _, ...without } = world.inventory.terraform ?? {};
    const none = world.declaring((inventory) => ({
      ...inventory,
      terraform: without as typeof inventory.terraform,
    }));
    expect(planOf(replacing(none)).hops[0]).not.toHaveProperty('templates');
  });

  test('asserts what runs, takes soaks and a canary, and keeps the order, as in place', () => {
    expect(nodes.map(({ name, canary, soak }) => [name, canary, soak])).toEqual([
      ['ctrl-1', false, 300_000],
      ['ctrl-2', false, 300_000],
      ['ctrl-3', false, 300_000],
      ['work-1', true, 300_000],
      ['work-2', false, 0],
      ['work-3', false, 0],
    ]);
    expect(node('work-1')?.expects).toMatchObject({ version: 'v1.12.1', schematic: workerSchematic });
  });

  test('is estimated with six minutes a node, and the templates before', () => {
    const inPlace = planOf(
      replacing(world.upgrading({ strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' } })),
    );
    const more = 3 * (usually.replaced - usually.controlPlane) + 3 * (usually.replaced - usually.worker);
    expect(plan.estimate - inPlace.estimate).toBe(more + usually.templates);
    const two = planOf(replacing(world.upgrading({ workers: { canary: 1, batch: 2, undrained: 'halt' } })));
    // No two of them go together.
    expect(two.estimate).toBe(plan.estimate);
  });
});

describe('each step of versions has its own strategy', () => {
  test('a patch stays in place, and its plan names no Terraform', () => {
    const patch = planOf(replacing(world, { talos: 'v1.12.6' }));
    expect(patch.strategy).toBe('in-place');
    expect(patch).not.toHaveProperty('terraform');
    expect(patch.hops[0]).toEqual({ to: 'v1.12.6', nodes: patch.hops[0]?.nodes });
    expect(patch.hops[0]?.nodes.some((one) => one.replacement)).toBe(false);
  });

  test('in one hop the nodes of the older minor are replaced, the others not', () => {
    const half = planOf(replacing(world.running('v1.13.4', 'ctrl-1', 'work-1')));
    const [mixed] = half.hops;
    expect(mixed?.strategy).toBe('replace');
    expect(mixed?.nodes.map(({ name, steps, rebootMode }) => [name, steps, rebootMode])).toEqual([
      ['ctrl-1', 'lifecycle', 'powercycle'],
      ['ctrl-2', 'replace', undefined],
      ['ctrl-3', 'replace', undefined],
      ['work-1', 'lifecycle', 'powercycle'],
      ['work-2', 'replace', undefined],
      ['work-3', 'replace', undefined],
    ]);
    expect(mixed?.templates).not.toContain('module.templates["baldar-worker"]');
    expect(half.steps).toEqual({ lifecycle: stepOrders.lifecycle, replace: stepOrders.replace });
    // Whoever leads goes last: it is still a node in place that boots through its firmware ahead.
    const order = ['ctrl-2', 'ctrl-3', 'ctrl-1'];
    expect(rebootModes(order, mixed?.nodes ?? [], () => 'one class')).toEqual({ 'ctrl-1': 'powercycle' });
  });

  test('several minors are several hops, each with its values, all replaced', () => {
    const way = planOf(replacing(world.running('v1.11.5'), { talos: 'v1.13.4' }));
    expect(
      way.hops.map(({ to, why, strategy, values }) => [to, why, strategy, values?.['talos_version']]),
    ).toEqual([
      ['v1.12.6', 'no minor is skipped between Talos v1.11.5 and v1.13.4', 'replace', '1.12.6'],
      ['v1.13.4', undefined, 'replace', '1.13.4'],
    ]);
    expect(way.hops[1]?.nodes[0]).toMatchObject({ from: 'v1.12.6', expects: { version: 'v1.12.6' } });
    expect(way.hops.every(({ templates }) => templates?.length === 6)).toBe(true);
    expect(way.notes).toContain(
      'Talos v1.12.6 comes first: no minor is skipped between Talos v1.11.5 and v1.13.4',
    );
  });

  test('a node that is further on is left out of the first hop', () => {
    const [first, second] = planOf(
      replacing(world.running('v1.11.5').running('v1.12.6', 'work-3'), { talos: 'v1.13.4' }),
    ).hops;
    expect(first?.nodes.filter(({ skip }) => skip).map(({ name }) => name)).toEqual(['work-3']);
    expect(first?.templates).not.toContain('module.templates["odin-worker"]');
    expect(second?.nodes.every(({ replacement }) => replacement)).toBe(true);
  });
});

describe('what people and earlier runs left on a node', () => {
  test('a worker that a person cordoned is replaced in its order, and left cordoned', () => {
    const kept = planOf(replacing(world.withObject('work-2', cordonedBySomebody)));
    expect(kept.hops[0]?.nodes.find(({ name }) => name === 'work-2')).toMatchObject({
      steps: 'replace',
      keepCordon: true,
    });
    expect(kept.notes.join('\n')).toContain('work-2: somebody cordoned it');
  });

  test('annotations of an earlier run are taken over', () => {
    const left = planOf(replacing(world.withObject('ctrl-3', cordonedByRun('run/prox-ops/4'))));
    expect(left.hops[0]?.nodes[0]).toMatchObject({
      name: 'ctrl-3',
      steps: 'replace',
      adopts: 'run/prox-ops/4',
    });
  });

  test('a version that waits for its boot goes with the machine, and refuses nothing', () => {
    const armed = world
      .running('v1.13.4')
      .withObject('work-2', { marks: marked({ armed: `v1.13.9 boot-of-work-2 ${workerSchematic}` }) });
    const gone = planOf(replacing(armed, { talos: 'v1.14.2' }));
    expect(gone.hops[0]?.nodes.find(({ name }) => name === 'work-2')).toMatchObject({ steps: 'replace' });
    expect(gone.notes).toContain(
      'work-2 has v1.13.9 installed: it goes with the machine, unless something reboots it before',
    );
    const inPlace = armed.upgrading({ strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' } });
    expect(planUpgrade(replacing(inPlace, { talos: 'v1.14.2' }))).toMatchObject({
      reasons: [{ kind: 'armed-with-other' }],
    });
  });

  test('a replacement that was begun is noted', () => {
    const begun = world.withObject('work-2', { marks: marked({ replace: 'run/prox-ops/4/0/work-2/1' }) });
    expect(planOf(replacing(begun)).notes.join('\n')).toContain(
      'an earlier run replaced the machine of work-2, or nearly did',
    );
  });
});

describe('batches of nodes that are replaced', () => {
  const order = nodes.map(({ name }) => name);

  test('hold one each, whatever slipway.yaml would allow: the state has one writer', () => {
    expect(batchesOf(order, nodes, 3, () => [])).toEqual(order.map((name) => [name]));
  });

  test('let those of the same hop go together that are upgraded in place', () => {
    const begun = aReplacingCluster({ workers: 5 }).running('v1.13.4', 'work-2', 'work-3', 'work-5');
    const mixed = planOf(replacing(begun.upgrading({ workers: { canary: 0, batch: 3, undrained: 'halt' } })));
    const all = mixed.hops[0]?.nodes ?? [];
    const workers = all.filter(({ role }) => role === 'worker').map(({ name }) => name);
    expect(batchesOf(workers, all, 3, () => [])).toEqual([
      ['work-1'],
      ['work-2', 'work-3'],
      ['work-4'],
      ['work-5'],
    ]);
    expect(planText(mixed)).toContain('workers that are upgraded in place after the canary up to 3 together');
  });

  test('are noted where slipway.yaml would let several go together', () => {
    const three = planOf(replacing(world.upgrading({ workers: { canary: 1, batch: 3, undrained: 'halt' } })));
    expect(three.notes.join('\n')).toContain(
      'one at a time, though upgrade.workers.batch is 3: the Terraform state',
    );
    expect(planText(three)).toContain('6 nodes to upgrade, one at a time ·');
    expect(plan.notes.join('\n')).not.toContain('upgrade.workers.batch');
  });
});

describe('the hash of such a plan', () => {
  test.each([
    [
      'another commit',
      planOf({ ...replacing(world), request: world.request({ talos: 'v1.13.9', commit: 'f'.repeat(40) }) }),
    ],
    ['another Terraform', planOf(replacing(withTerraform(world, { version: '1.11.5' })))],
    ['another workspace', planOf(replacing(withTerraform(world, { workspace: 'other' })))],
    ['other addresses', planOf(replacing(withRole(world, 'worker', { terraform: 'module.w["{node}"]' })))],
    [
      'other templates',
      planOf(replacing(withTerraform(world, { templates: { address: 'module.t["{host}-{role}"]' } }))),
    ],
    [
      'another configuration method',
      planOf(replacing(withRole(world, 'control-plane', { configuration: { by: 'terraform' } }))),
    ],
    [
      'another limit of replacing',
      planOf(
        replacing(
          world.declaring((inventory) => ({ ...inventory, limits: { ...inventory.limits, replace: 1 } })),
        ),
      ),
    ],
  ])('is another with %s', (_name, other) => expect(other.hash).not.toBe(plan.hash));

  test('is the same with other notes', () => {
    expect(planOf(replacing(withRole(world, 'worker', { afterReplacement: ['look at it'] }))).hash).toBe(
      plan.hash,
    );
  });
});
