import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { holdDrain, whileItDrains } from './held-drain.js';

const node = 'k8s-work-1';

/** Only here: changes beside the patch: the schematic, the minor, a run over some nodes and then the rest. */
describe('an upgrade', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'changes', labArgs: ['--talos', 'v1.12.1', '--target', 'v1.12.1'] });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('of the schematic alone refuses to take an extension away that nobody gave up', async () => {
    const poorer = await postSchematic(world, ['siderolabs/qemu-guest-agent']);
    await setInInventory(world, ['roles', 'worker', 'schematic'], poorer);
    const plan = await world.slipway('plan');
    expect(plan.code).toBe(1);
    expect(plan.stdout + plan.stderr).toMatch(/would take .*nvidia.* away from k8s-work-1/);
    expect(plan.stdout + plan.stderr).toMatch(/upgrade\.mayLoseExtensions/);
  });

  it('of the schematic alone makes the node of the other one, at the same version', async () => {
    const richer = await postSchematic(world, [...(await workerExtensions(world)), 'siderolabs/iscsi-tools']);
    await setInInventory(world, ['roles', 'worker', 'schematic'], richer);
    const plan = await world.slipway('plan', '--only', node);
    expect(plan.stdout).toMatch(/in place \(schematic: same version, another image\)/);
    const result = await world.result(await world.upgrade('--only', node));
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', from: 'v1.12.1', to: 'v1.12.1' });
    const again = await world.slipway('plan', '--only', node);
    expect(again.stdout).toMatch(/nothing to do/);
  });

  it('of the minor goes in place where the inventory says so: by one request from 1.12, by two from 1.13 on', async () => {
    await setInInventory(world, ['upgrade', 'strategy', 'minor'], 'in-place');
    const minor = await world.result(await world.upgrade('--only', node, '--talos', 'v1.13.7'));
    expect(nodeResult(minor, node)).toMatchObject({ outcome: 'done', from: 'v1.12.1', to: 'v1.13.7' });
    expect(await world.machineEvents(node, 'armed')).toEqual([]);
    const patch = await world.result(await world.upgrade('--only', node, '--talos', 'v1.13.9'));
    expect(nodeResult(patch, node)).toMatchObject({ outcome: 'done', from: 'v1.13.7', to: 'v1.13.9' });
    expect(await world.machineEvents(node, 'armed')).toHaveLength(1);
  });

  it('of some nodes names who stays behind, and the next run brings the others after them', async () => {
    const plan = await world.slipway('plan', '--only', 'k8s-work-2', '--talos', 'v1.13.9');
    expect(plan.stdout).toMatch(/only the named nodes are upgraded: .*k8s-ctrl-1.* stay on v1\.12\.1/);
    const rest = await world.result(
      await world.upgrade('--talos', 'v1.13.9', '--only', 'k8s-work-1', 'k8s-work-2', 'k8s-ctrl-3'),
    );
    expect(rest).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(rest, 'k8s-work-1').outcome).toBe('skipped');
    expect(nodeResult(rest, 'k8s-ctrl-3')).toMatchObject({ outcome: 'done', to: 'v1.13.9' });
  });

  it('that is paused finishes the node under way, begins no other, says so, and goes on', async () => {
    await holdDrain(world, 'k8s-ctrl-1');
    const run = await world.upgrade('--talos', 'v1.13.9', '--only', 'k8s-work-3', 'k8s-ctrl-1');
    await whileItDrains(world, run, 'k8s-ctrl-1', async () => {
      const paused = await world.slipway('pause', '--why', 'the switch is rebooting');
      expect(paused.code).toBe(0);
    });
    await world.until('the run is paused', async () => {
      const stdout = await world.says();
      return /paused/.test(stdout) && /the switch is rebooting/.test(stdout) && /slipway resume/.test(stdout);
    });
    expect(await world.machineEvents('k8s-work-3', 'upgrade-accepted')).toEqual([]);
    expect((await world.slipway('resume', '--why', 'it is back')).code).toBe(0);
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.decisions?.map(({ kind, why }) => [kind, why])).toEqual([
      ['pause', 'the switch is rebooting'],
      ['resume', 'it is back'],
    ]);
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});

/** Makes a schematic known to the factory, as a person would with curl. */
async function postSchematic(world: World, officialExtensions: readonly string[]): Promise<string> {
  const answer = await fetch(`${await factoryOf(world)}/schematics`, {
    method: 'POST',
    body: JSON.stringify({ customization: { systemExtensions: { officialExtensions } } }),
  });
  const { id } = (await answer.json()) as { id: string };
  return id;
}

async function workerExtensions(world: World): Promise<string[]> {
  const schematic = '990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e';
  const answer = await fetch(`${await factoryOf(world)}/schematics/${schematic}`);
  return [...(await answer.text()).matchAll(/- (siderolabs\/\S+)/g)].map((match) => match[1] ?? '');
}

async function factoryOf(world: World): Promise<string> {
  const dialMap = JSON.parse(await readFile(world.lab.dialMap, 'utf8')) as Record<string, string>;
  const factory = dialMap['factory.talos.dev'];
  if (!factory) throw new Error('the lab has no factory in its dial map');
  return factory;
}
