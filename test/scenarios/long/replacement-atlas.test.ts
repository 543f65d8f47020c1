import { afterEach, describe, expect, it } from '@jest/globals';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';
import { World } from '../../../lab/world.js';
import { onOneLine } from '../what-is-said.js';

const from = 'v1.11.2';
const to = 'v1.12.11';

async function startAtlas(cluster: string): Promise<World> {
  const world = await World.start({
    name: 'replace-atlas',
    cluster,
    hypervisor: true,
    speed: 10,
    labArgs: ['--target', from],
  });
  await world.owner.mergeTalos(to);
  return world;
}

/** Only here: an example whose nodes each have their own image, and get their machine configuration from Terraform. */
describe('a minor of atlas, by machines replaced', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  it('is refused while machines join through the first control plane, and nothing is begun', async () => {
    world = await startAtlas('atlas');
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'replacement-endpoint', node: 'talos-cp-01', endpoint: 'https://10.0.0.11:6443' }],
      nodes: [],
    });
    const plan = await world.slipway('plan');
    expect(plan.code).toBe(1);
    expect(onOneLine(plan.stderr)).toContain(
      'machine configurations name talos-cp-01 as the cluster endpoint (https://10.0.0.11:6443): its new machine would have to join through itself',
    );
    for (const { name } of world.lab.machines)
      expect(await world.machineEvents(name, 'destroyed')).toEqual([]);
    const { complaints, figures } = await world.stop();
    expect(complaints).toEqual([]);
    expect(Object.values(figures.replaced ?? {})).toEqual([0, 0, 0, 0, 0]);
  });

  it('is done whole once they join through the VIP: each from its own image, the Node as before', async () => {
    const at = await startAtlas('atlas-by-vip');
    world = at;
    const before = await schematics(at);
    const result = await at.result(await at.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes.map(({ outcome, from: was, to: is }) => [outcome, was, is])).toEqual(
      Array.from({ length: 5 }, () => ['done', from, to]),
    );
    const after = await schematics(at);
    expect(new Set(after.values()).size).toBe(5);
    expect(after).toEqual(before);
    for (const { name } of at.lab.machines) {
      const events = await Promise.all(
        ['destroyed', 'created', 'maintenance', 'install-started'].map((event) =>
          at.machineEvents(name, event),
        ),
      );
      expect([name, ...events.map((list) => list.length)]).toEqual([name, 1, 1, 0, 0]);
    }
    expect(result.terraform).toMatchObject({ kind: 'known', count: 0, writes: [] });
    const plan = await at.owner.terraformPlan();
    expect({ stdout: plan.stdout, alone: leavesResourcesAlone(plan) }).toMatchObject({ alone: true });
    expect((await at.slipway('report')).stdout).toContain('take the old machine out of headscale');
    const { complaints, figures } = await at.stop();
    expect(complaints).toEqual([]);
    expect(Object.values(figures.replaced ?? {})).toEqual([1, 1, 1, 1, 1]);
  });
});

/** What each node runs, as its labels or annotations say. */
async function schematics(world: World): Promise<Map<string, string>> {
  const { items } = JSON.parse(await world.kubectl('get', 'nodes', '--output=json')) as {
    items: { metadata: { name: string; annotations: Record<string, string> } }[];
  };
  return new Map(
    items.map(({ metadata }) => [
      metadata.name,
      metadata.annotations['extensions.talos.dev/schematic'] ?? '',
    ]),
  );
}
