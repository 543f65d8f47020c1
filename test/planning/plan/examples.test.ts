import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadInventory, mistakeLine } from '../../../src/inventory/load.js';
import type { Inventory } from '../../../src/inventory/schema.js';
import { installerImage } from '../../../src/planning/versions/installer-image.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { answered, clusterOf, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

async function exampleInventory(name: string): Promise<Inventory> {
  const loaded = await loadInventory(path.join(projectRoot, 'examples', name, 'slipway.yaml'));
  if (!loaded.ok) throw new Error(loaded.mistakes.map(mistakeLine).join('\n'));
  return loaded.inventory;
}

/** The example's cluster, everything well, on the versions the example declares. */
function asDeclared(inventory: Inventory): Cluster {
  const { talos, kubernetes } = inventory.versions;
  const world = inventory.nodes.reduce(
    (before, { name, role, schematic = inventory.roles[role]?.schematic }) =>
      before.withObject(name, { kubeletVersion: kubernetes }).withTalos(name, { schematic }),
    clusterOf(inventory).running(talos),
  );
  return world.withWorkloads((seen) => ({
    ...seen,
    controlPlane: seen.controlPlane.map((pod) => ({ ...pod, version: kubernetes })),
  }));
}

describe.each([
  { name: 'prox-ops', target: 'v1.11.5', nodes: 15, canaries: ['k8s-work-1'], hours: 2 },
  { name: 'atlas', target: 'v1.11.5', nodes: 5, canaries: ['talos-worker-01'], hours: 1 },
  { name: 'portkey', target: 'v1.12.6', nodes: 3, canaries: [], hours: 0.5 },
])('the example $name', ({ name, target, nodes, canaries, hours }) => {
  test('has nothing to do while git declares what runs', async () => {
    const inventory = await exampleInventory(name);
    const declared = inventory.versions.talos;
    const input = asDeclared(inventory).planInput({
      request: { talos: declared },
      availableVersions: answered([declared]),
    });
    expect(() => planOf(input)).toThrow('nothing-to-do');
  });

  test('has a plan for a patch of its own minor, each node with its own image', async () => {
    const inventory = await exampleInventory(name);
    const plan = planOf(
      asDeclared(inventory).planInput({
        request: { talos: target, declared: false },
        availableVersions: answered([inventory.versions.talos, target]),
      }),
    );
    const planned = plan.hops.flatMap((hop) => hop.nodes);
    expect(plan.hops).toHaveLength(1);
    expect(planned.map((node) => node.name).toSorted()).toEqual(
      inventory.nodes.map((node) => node.name).toSorted(),
    );
    expect(planned).toHaveLength(nodes);
    for (const node of inventory.nodes) {
      expect(planned.find((one) => one.name === node.name)).toMatchObject({
        from: inventory.versions.talos,
        flow: 'legacy',
        image: installerImage(inventory, node, target),
      });
    }
    expect(planned.filter((node) => node.canary).map((node) => node.name)).toEqual(canaries);
    expect(plan.estimate).toBeLessThan(hours * 60 * 60_000);
    expect(plan.blocked).toEqual([]);
  });
});

/** As if this version of Slipway could replacement nodes. */
function replaced(inventory: Inventory, only: readonly string[] = []): PlanInput {
  return asDeclared(inventory).planInput({
    request: { talos: 'v1.12.6', declared: false, commit: 'c'.repeat(40) },
    availableVersions: answered([inventory.versions.talos, 'v1.12.6']),
    only,
  });
}

describe('a minor of the examples', () => {
  test('prox-ops: fifteen machines and their templates replaced, in about two hours', async () => {
    const plan = planOf(replaced(await exampleInventory('prox-ops')));
    const [hop] = plan.hops;
    expect(plan.terraform).toMatchObject({ tool: 'terraform', version: '1.9.8', folder: 'terraform' });
    expect(hop?.values).toMatchObject({ talos_version: '1.12.6', kubernetes_version: '1.34.1' });
    // Of every host and role: no control plane is made of one of them, and all nodes depend on it.
    expect(hop?.templates).toHaveLength(8);
    expect(hop?.templates).toContain('module.templates["odin-control-plane"]');
    expect(hop?.nodes.map(({ replacement }) => replacement?.address)).toContain(
      'module.worker_nodes["k8s-work-16"]',
    );
    expect(hop?.nodes.every(({ steps }) => steps === 'replace')).toBe(true);
    expect(plan.estimate / 3_600_000).toBeGreaterThan(1.5);
    expect(plan.estimate / 3_600_000).toBeLessThan(2.5);
  });

  test('atlas: not with the node that is the endpoint, but with the others', async () => {
    const atlas = await exampleInventory('atlas');
    expect(planUpgrade(replaced(atlas))).toMatchObject({
      reasons: [{ kind: 'replacement-endpoint', node: 'talos-cp-01' }],
    });
    const controlPlane = { ...atlas.controlPlane, endpoint: 'https://10.0.0.20:6443' };
    expect(planUpgrade(replaced({ ...atlas, controlPlane }))).toMatchObject({ verdict: 'planned' });
    const plan = planOf(replaced(atlas, ['talos-cp-02', 'talos-worker-01']));
    expect(plan.hops[0]?.nodes.map(({ replacement }) => replacement)).toEqual([
      { address: 'module.talos_node["talos-cp-02"]', host: 'atlas', configuration: 'terraform' },
      { address: 'module.talos_node["talos-worker-01"]', host: 'atlas', configuration: 'terraform' },
    ]);
    expect(plan.hops[0]).not.toHaveProperty('templates');
    expect(plan.notes).toContain(
      'afterwards, for each of talos-cp-02: tailscale registers again: take the old machine out of headscale',
    );
  });

  test('portkey: in place', async () => {
    const portkey = await exampleInventory('portkey');
    const plan = planOf(
      asDeclared(portkey).planInput({
        request: { talos: 'v1.13.9', declared: false },
        availableVersions: answered(['v1.12.6', 'v1.13.9']),
      }),
    );
    expect([plan.strategy, plan.hops.map(({ to }) => to)]).toEqual(['in-place', ['v1.13.9']]);
  });
});

describe('what the examples say of their clusters', () => {
  test('atlas: a schematic for each node, and an endpoint that is one node', async () => {
    const { nodes, controlPlane, vip, upgrade } = await exampleInventory('atlas');
    expect(new Set(nodes.map((node) => node.schematic)).size).toBe(5);
    expect(nodes.map(({ address, vm }) => `${address} ${vm}`)).toEqual([
      '10.0.0.11 300',
      '10.0.0.12 301',
      '10.0.0.13 302',
      '10.0.0.21 303',
      '10.0.0.22 304',
    ]);
    expect({ endpoint: controlPlane.endpoint, vip }).toEqual({
      endpoint: 'https://10.0.0.11:6443',
      vip: '10.0.0.20',
    });
    expect(upgrade.strategy).toEqual({ patch: 'in-place', minor: 'replace', major: 'replace' });
  });

  test('portkey: control planes only, in place at every step, notified through ntfy', async () => {
    const { nodes, roles, upgrade, notify, vip } = await exampleInventory('portkey');
    expect(nodes.map(({ name, role, host, vm }) => `${name} ${role} ${host} ${vm}`)).toEqual([
      'metal0 control-plane mirkwood 106',
      'metal1 control-plane rohan 107',
      'metal2 control-plane gondor 104',
    ]);
    expect(roles.worker).toBeUndefined();
    expect(nodes.flatMap(({ name, gpu }) => (gpu ? [`${name} ${gpu.resource}`] : []))).toEqual([
      'metal1 gpu.intel.com/i915',
      'metal2 gpu.intel.com/i915',
    ]);
    expect(upgrade.strategy).toEqual({ patch: 'in-place', minor: 'in-place', major: 'in-place' });
    expect([vip, notify]).toEqual([
      '192.168.0.100',
      [{ ntfy: { webhook: { env: 'NTFY_TOPIC_URL', encoding: 'plain' } } }],
    ]);
  });
});
