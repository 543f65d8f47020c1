import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { hypervisorOf } from '../../../lab/put-back/replace-machines.js';
import { onOneLine } from '../what-is-said.js';
import { templatesMade } from '../templates-made.js';

const from = 'v1.11.3';
const to = 'v1.12.11';
const cards = ['k8s-work-4', 'k8s-work-14'] as const;
const [first] = cards;
/** Its templates. */
const all = ['baldar', 'heimdall', 'odin', 'thor'].flatMap((host) => [
  `${host}-control-plane`,
  `${host}-worker`,
]);
/** No node uses it. */
const unused = 'odin-control-plane';

/**
 * Only here: a replaced node that does not get well and rolls back automatically; and the whole of an example replaced, with its GPUs.
 * Its Terraform is that of its repository: every node waits for all templates, and VMs follow no version.
 * all templates, and VMs follow no version.
 */
describe('a minor of prox-ops, by machines replaced', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      name: 'replace-prox-ops',
      cluster: 'prox-ops',
      hypervisor: true,
      speed: 10,
      labArgs: ['--target', from],
    });
    await unmake(world, unused);
    await world.owner.mergeTalos(to);
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('of a worker whose GPU the hypervisor does not pass through', () => {
    let result: RunStory;

    beforeAll(async () => {
      await world.control('POST', '/faults', { name: 'vm-without-gpu', node: first });
      await setInInventory(world, ['limits', 'check'], '10s');
      await setInInventory(world, ['limits', 'nodeChecks'], '10s');
      await world.owner.merge('a shorter wait, for it is in vain');
      result = await world.result(await world.upgrade('--only', first));
    });

    it('is planned with all templates, since every node waits for all of them', () =>
      expect(result.plan?.hops[0]?.templates).toHaveLength(8));

    it('rolls back automatically, and halts with the GPU it lacked', () => {
      expect(result).toMatchObject({
        outcome: 'halted',
        reasons: [
          {
            kind: 'rolled-back',
            node: first,
            version: from,
            after: { kind: 'device-not-offered', resource: 'nvidia.com/gpu', wanted: 1, offered: 0 },
          },
        ],
        decisions: [{ kind: 'rollback', by: 'Slipway itself', node: first }],
      });
      expect(nodeResult(result, first)).toMatchObject({
        outcome: 'undone',
        state: 'rolled-back',
        attempt: 2,
      });
    });

    it('says so to a person, and is in service as before, with its GPU', async () => {
      expect(onOneLine(await world.says())).toContain(`${first} was rolled back to ${from} automatically`);
      expect(await of(first, '{.status.nodeInfo.osImage}')).toBe(`Talos (${from})`);
      expect(await of(first, '{.spec.unschedulable}')).toBe('');
      expect(await of(first, String.raw`{.status.allocatable.nvidia\.com/gpu}`)).toBe('1');
    });

    it('had its configuration patched as the GPU needs it', async () =>
      expect((await world.slipway('report')).stdout).toContain(
        'patches merged into its machine configuration: 1',
      ));

    it('made the templates of all hosts and roles again, and again of the previous version', async () => {
      const made = await templatesMade(world);
      expect([made.slice(0, 8).toSorted(), made.slice(8).toSorted()]).toEqual([all, all]);
    });
  });

  describe('of all its nodes, once a person has released the cluster', () => {
    let result: RunStory;

    beforeAll(async () => {
      await world.slipway('release', '--why', 'its card is passed through again');
      await setInInventory(world, ['limits', 'nodeChecks'], '5m');
      await world.owner.merge('the wait as it was');
      result = await world.result(await world.upgrade());
    });

    it('ends done: three control planes and twelve workers', () => {
      expect(result).toMatchObject({ outcome: 'done', reasons: [] });
      const done = result.nodes.filter(({ outcome, to: is }) => outcome === 'done' && is === to);
      expect(done).toHaveLength(15);
      expect(result.nodes).toHaveLength(15);
    });

    it('made each template again', async () =>
      expect((await templatesMade(world)).slice(16).toSorted()).toEqual(all));

    it('offers both GPUs again', async () => {
      const offered = cards.map((node) => of(node, String.raw`{.status.allocatable.nvidia\.com/gpu}`));
      expect(await Promise.all(offered)).toEqual(['1', '1']);
      const { stdout } = await world.slipway('report');
      expect(stdout).toContain('nvidia.com/gpu: 1 offered');
    });

    it('destroyed each machine once', async () => {
      for (const { name } of world.lab.machines)
        expect([name, (await world.machineEvents(name, 'destroyed')).length]).toEqual([
          name,
          timesMade(name),
        ]);
    });

    it('leaves Terraform with nothing to do', async () => {
      expect(result.terraform).toMatchObject({ kind: 'known', count: 0, writes: [] });
      const plan = await world.owner.terraformPlan();
      expect({ stdout: plan.stdout, alone: leavesResourcesAlone(plan) }).toMatchObject({ alone: true });
    });

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

  /** That one also was made of the new version without its GPU, and rolled back. */
  function timesMade(name: string): number {
    return name === first ? 3 : 1;
  }

  async function of(node: string, where: string): Promise<string> {
    return world.kubectl('get', 'node', node, '--output', `jsonpath=${where}`);
  }

  it('keeps every promise the watcher can see', async () => {
    const { complaints, figures } = await world.stop();
    expect(complaints).toEqual([]);
    const names = world.lab.machines.map(({ name }) => name);
    expect(figures.replaced).toEqual(Object.fromEntries(names.map((name) => [name, timesMade(name)])));
  });
});

/** Destroys a template, by Terraform, as if it was declared only since. */
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
