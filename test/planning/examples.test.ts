import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadInventory } from '../../src/inventory/load.js';
import { installerImage } from '../../src/planning/installer-image.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { answered, clusterOf } from './a-cluster.js';
import { planOf } from './a-planned-node.js';

describe('the prox-ops example', () => {
  test('has a plan: a patch of Talos 1.11 on Kubernetes 1.34, fifteen nodes, within two hours', async () => {
    const loaded = await loadInventory(path.join(projectRoot, 'examples/prox-ops/slipway.yaml'));
    if (!loaded.ok) throw new Error('the example has mistakes');
    const { inventory } = loaded;
    let world = clusterOf(inventory);
    for (const { name } of inventory.nodes) {
      world = world.withTalos(name, { version: 'v1.11.3' }).withObject(name, { kubeletVersion: 'v1.34.1' });
    }
    world = world.withWorkloads((seen) => ({
      ...seen,
      controlPlane: seen.controlPlane.map((pod) => ({ ...pod, version: 'v1.34.1' })),
    }));
    const plan = planOf(
      world.planInput({
        request: { talos: 'v1.11.5', declared: false },
        availableVersions: answered(['v1.11.5']),
      }),
    );
    const nodes = plan.hops[0]?.nodes ?? [];
    expect(nodes).toHaveLength(15);
    expect(plan.hops[0]?.talosctl).toBe('1.11');
    expect(nodes.map((node) => node.image)).toEqual(
      inventory.nodes.map((node) => installerImage(inventory, node, 'v1.11.5')),
    );
    expect(nodes.filter((node) => node.canary).map((node) => node.name)).toEqual(['k8s-work-1']);
    expect(plan.estimate).toBeLessThan(2 * 60 * 60_000);
    expect(plan.blocked).toEqual([]);
  });
});
