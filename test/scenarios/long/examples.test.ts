import { afterEach, describe, expect, it } from '@jest/globals';
import { World } from '../../../lab/world.js';

/** Only here: the larger inventories of `examples/`, as they stand there, each carried to a newer patch of its own minor. */
describe('the example', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  it('prox-ops: fifteen nodes on Talos 1.11, cards that are offered again, Flux undisturbed', async () => {
    world = await World.start({ name: 'prox-ops', cluster: 'prox-ops', labArgs: ['--target', 'v1.11.6'] });
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes).toHaveLength(15);
    expect(result.nodes.every((node) => node.outcome === 'done' && node.to === 'v1.11.6')).toBe(true);
    const cards = await world.kubectl(
      'get',
      'nodes',
      'k8s-work-4',
      'k8s-work-14',
      '-o',
      String.raw`jsonpath={.items[*].status.allocatable.nvidia\.com/gpu}`,
    );
    expect(cards).toBe('1 1');
    const suspended = await world.kubectl(
      'get',
      'helmreleases',
      '--all-namespaces',
      '-o',
      'jsonpath={.items[*].spec.suspend}',
    );
    expect(suspended).not.toContain('true');
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });

  it('atlas: a schematic for each node, and a cluster endpoint that is the first control plane', async () => {
    world = await World.start({ name: 'atlas', cluster: 'atlas', labArgs: ['--target', 'v1.11.5'] });
    const plan = await world.slipway('plan');
    expect(plan.stdout).toMatch(/machine configurations name talos-cp-01 as the cluster endpoint/);
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    const images = new Set(result.plan?.hops[0]?.nodes.map((node) => node.image));
    expect(images.size).toBe(5);
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});
