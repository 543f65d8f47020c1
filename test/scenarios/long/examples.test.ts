import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';

/**
 * Only here: the inventories of `examples/`, unchanged, each upgraded to a newer patch of its own minor; and control plane nodes that
 * run all the work.
 */
describe('the example', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  it('prox-ops: fifteen nodes on Talos 1.11, GPUs that are offered again, Flux undisturbed', async () => {
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

  it('portkey: work on control planes, an announced outage, volumes that take their time to move', async () => {
    const portkey = await World.start({
      name: 'portkey',
      cluster: 'portkey',
      labArgs: ['--target', 'v1.12.6'],
    });
    world = portkey;
    const plan = await portkey.slipway('plan');
    expect(plan.stdout).toMatch(/may run on metal0 only, so it is away while that node is upgraded/);
    const result = await portkey.result(await portkey.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, 'metal0').outcome).toBe('done');
    // Its namespace is not critical, so the run did not wait until its volume was there again.
    await portkey.until('home automation runs on metal0 again', async () => {
      const namespaces = await portkey.kubectl(
        'get',
        'pods',
        '--all-namespaces',
        '--field-selector=spec.nodeName=metal0,status.phase=Running',
        '-o',
        'jsonpath={.items[*].metadata.namespace}',
      );
      return namespaces.includes('home');
    });
    const { complaints } = await portkey.stop();
    expect(complaints).toEqual([]);
  });
});
