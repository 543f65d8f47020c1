import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/run-report.js';
import { setInInventory } from '../edit-inventory.js';
import { hypervisorOf, replaceByHand } from '../../../lab/put-back/make-anew.js';
import { onOneLine } from '../what-is-said.js';
import { templatesMade } from './templates-made.js';

const from = 'v1.11.3';
const to = 'v1.12.11';
const cards = ['k8s-work-4', 'k8s-work-14'] as const;
const [first] = cards;
/** No node is made of it. */
const unused = 'odin-control-plane';

/**
 * Only here: the whole of an example made anew, its cards with it, whose Terraform is that of its repository: every node waits for
 * all templates, and VMs follow no version.
 */
describe('a minor of prox-ops, by machines made anew', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      name: 'rebuild-prox-ops',
      cluster: 'prox-ops',
      hypervisor: true,
      speed: 10,
      labArgs: ['--target', from],
    });
    await unmake(world, unused);
    await world.owner.mergeTalos(to);
  }, 240_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  describe('of a worker whose card the hypervisor does not pass through', () => {
    let result: RunStory;

    beforeAll(async () => {
      await world.control('POST', '/faults', { name: 'vm-without-gpu', node: first });
      await setInInventory(world, ['limits', 'nodeChecks'], '10s');
      await world.owner.merge('a shorter wait, for it is in vain');
      result = await world.result(await world.upgrade('--only', first));
    }, 300_000);

    it('is planned with all templates, since every node waits for all of them', () =>
      expect(result.plan?.hops[0]?.templates).toHaveLength(8));

    it('halts with the card it lacks', () => {
      expect(result.outcome).toBe('halted');
      expect(nodeResult(result, first)).toMatchObject({
        outcome: 'halted',
        state: 'on-target',
        failedStep: 'verify-node',
        reason: {
          kind: 'device-not-offered',
          node: first,
          resource: 'nvidia.com/gpu',
          wanted: 1,
          offered: 0,
        },
      });
    });

    it('says so to a person, and leaves the node cordoned', async () => {
      expect(onOneLine((await world.slipway('status')).stdout)).toContain(
        `${first} offers 0 of 1 nvidia.com/gpu`,
      );
      expect(await of(first, '{.spec.unschedulable}')).toBe('true');
    }, 60_000);

    it('had its configuration patched as the card needs it', async () =>
      expect((await world.slipway('report')).stdout).toContain(
        'patches merged into its machine configuration: 1',
      ));

    it('made the templates of all hosts and roles anew, once', async () =>
      expect((await templatesMade(world)).toSorted()).toEqual(
        ['baldar', 'heimdall', 'odin', 'thor'].flatMap((host) => [`${host}-control-plane`, `${host}-worker`]),
      ));
  });

  describe('of all the others, once its owner has made that one again', () => {
    let result: RunStory;

    beforeAll(async () => {
      const patch = path.join(world.lab.directory, 'talos', 'patches', first, 'nvidia-gpu.yaml');
      await replaceByHand(world, first, [patch]);
      await setInInventory(world, ['limits', 'nodeChecks'], '30s');
      await world.owner.merge('the wait as it was');
      result = await world.result(await world.upgrade());
    }, 900_000);

    it('ends done: three control planes and eleven workers, and the one by hand left alone', () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      const outcomes = result.nodes.map(({ node, outcome, to: is }) => [node, outcome, is]);
      expect(outcomes.filter(([, outcome]) => outcome === 'skipped')).toEqual([[first, 'skipped', to]]);
      expect(outcomes.filter(([, outcome]) => outcome === 'done')).toHaveLength(14);
      expect(outcomes).toHaveLength(15);
    });

    it('made no template a second time', async () => expect(await templatesMade(world)).toHaveLength(8));

    it('offers both cards again', async () => {
      const offered = cards.map((node) => of(node, String.raw`{.status.allocatable.nvidia\.com/gpu}`));
      expect(await Promise.all(offered)).toEqual(['1', '1']);
      const { stdout } = await world.slipway('report');
      expect(stdout).toContain('nvidia.com/gpu: 1 offered');
    }, 60_000);

    it('destroyed each machine once', async () => {
      for (const { name } of world.lab.machines)
        expect([name, (await world.machineEvents(name, 'destroyed')).length]).toEqual([
          name,
          name === first ? 2 : 1,
        ]);
    });

    it('leaves Terraform with nothing to do', async () => {
      expect(result.terraform).toMatchObject({ kind: 'known', count: 0, writes: [] });
      const plan = await world.owner.terraformPlan();
      expect({ stdout: plan.stdout, alone: leavesResourcesAlone(plan) }).toMatchObject({ alone: true });
    }, 60_000);

    it('has Flux undisturbed', async () => {
      const suspended = await world.kubectl(
        'get',
        'helmreleases',
        '--all-namespaces',
        '-o',
        'jsonpath={.items[*].spec.suspend}',
      );
      expect(suspended).not.toContain('true');
    });
  });

  async function of(node: string, where: string): Promise<string> {
    return world.kubectl('get', 'node', node, '--output', `jsonpath=${where}`);
  }

  it('keeps every promise the watcher can see', async () => {
    const { complaints, figures } = await world.stop();
    expect(complaints).toEqual([]);
    expect(Object.values(figures.rebuilt ?? {})).toEqual(Array.from({ length: 15 }, () => 1));
  }, 120_000);
});

/** Takes a template away, by Terraform, as if it was declared only since. */
async function unmake(world: World, template: string): Promise<void> {
  const { configuration } = hypervisorOf(world).terraform;
  const file = path.join(configuration, 'cluster.auto.tfvars.json');
  const declared = await readFile(file, 'utf8');
  const values = JSON.parse(declared) as { templates: Record<string, unknown> };
  const { [template]: gone, ...templates } = values.templates;
  if (gone === undefined) throw new Error(`${template} is not among the templates`);
  await writeFile(file, JSON.stringify({ ...values, templates }));
  await (await world.owner.terraform()).apply();
  await writeFile(file, declared);
}
