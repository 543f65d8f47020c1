import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';

/** Only here: a worker that dies at each of the moments in which a naive one would do something twice. */
describe('a worker killed in the middle', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  }, 120_000);

  const moments: readonly { when: string; node: string; until: (world: World, run: number) => Promise<void> }[] = [
    {
      when: 'while it drains',
      node: 'k8s-work-1',
      until: (at, run) => at.untilStep(run, 'k8s-work-1', 'drainNode'),
    },
    {
      when: 'after the upgrade request was acknowledged, before the reboot',
      node: 'k8s-work-1',
      until: (at) => at.until('the request was accepted', () => upgradeWasAccepted(at, 'k8s-work-1')),
    },
    {
      when: 'after the reboot began',
      node: 'k8s-ctrl-2',
      until: (at) => at.until('it reboots', async () => (await at.machineEvents('k8s-ctrl-2', 'rebooting')).length > 0),
    },
    {
      when: 'while it waits for the Node to be Ready',
      node: 'k8s-work-1',
      until: (at, run) => at.untilStep(run, 'k8s-work-1', 'awaitReady'),
    },
  ];

  it.each(moments)('$when loses nothing: the node is upgraded, with one install', async ({ node, until }) => {
    world = await World.start({ name: 'killed' });
    const run = await world.upgrade('--only', node);
    await until(world, run);
    await world.killWorker();
    await world.startWorker();
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
    const verdict = await world.stop();
    world = undefined;
    expect(verdict.violations).toEqual([]);
  }, 240_000);
});

async function upgradeWasAccepted(world: World, node: string): Promise<boolean> {
  const address = world.lab.machines.find((machine) => machine.name === node)?.address;
  const lines = (await readFile(world.lab.logs.requests, 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { node: string; method: string; code: number })
    .some((request) => request.method.endsWith('/Upgrade') && [node, address].includes(request.node) && request.code === 0);
}
