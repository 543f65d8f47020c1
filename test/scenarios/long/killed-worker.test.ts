import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { holdDrain, stopHolding } from '../held-drain.js';

/** Only here: a worker that dies at each of the moments in which a naive one would do something twice. */
describe('a worker killed in the middle', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  interface Moment {
    readonly when: string;
    readonly node: string;
    readonly prepare?: (at: World) => Promise<unknown>;
    readonly until: (at: World, run: number) => Promise<void>;
    readonly afterwards?: (at: World) => Promise<unknown>;
  }
  const moments: readonly Moment[] = [
    {
      // Killed between the two writes of an eviction, one time in twenty or so: two minutes longer, until Kubernetes forgets it.
      when: 'while it drains',
      node: 'k8s-work-1',
      prepare: (at) => holdDrain(at, 'k8s-work-1'),
      until: (at, run) => at.untilBegun(run, 'k8s-work-1', 'drainNode'),
      afterwards: stopHolding,
    },
    {
      when: 'after the upgrade request was acknowledged, before the reboot',
      node: 'k8s-work-1',
      until: (at) => at.until('the request was accepted', () => upgradeWasAccepted(at, 'k8s-work-1')),
    },
    {
      when: 'after the reboot began',
      node: 'k8s-ctrl-2',
      until: (at) =>
        at.until('it reboots', async () => (await at.machineEvents('k8s-ctrl-2', 'rebooting')).length > 0),
    },
    {
      when: 'while it waits for the Node to be Ready',
      node: 'k8s-work-1',
      until: async (at, run) => {
        await at.until(
          'it reboots',
          async () => (await at.machineEvents('k8s-work-1', 'rebooting')).length > 0,
        );
        await at.control('POST', '/faults', { name: 'kubelet-not-ready', node: 'k8s-work-1' });
        await at.untilBegun(run, 'k8s-work-1', 'awaitReady');
      },
      afterwards: (at) => at.control('DELETE', '/faults'),
    },
  ];

  it.each(moments)('$when loses nothing: the node is upgraded, with one install', async (moment) => {
    const { node } = moment;
    world = await World.start({ name: 'killed', speed: 1 });
    await moment.prepare?.(world);
    const run = await world.upgrade('--only', node);
    await moment.until(world, run);
    await world.killWorker();
    await world.startWorker();
    await moment.afterwards?.(world);
    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
    const verdict = await world.stop();
    world = undefined;
    expect(verdict.complaints).toEqual([]);
  });
});

async function upgradeWasAccepted(world: World, node: string): Promise<boolean> {
  const address = world.lab.machines.find((machine) => machine.name === node)?.address;
  const lines = (await readFile(world.lab.logs.requests, 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { node: string; method: string; code: number })
    .some(
      (request) =>
        request.method.endsWith('/Upgrade') && [node, address].includes(request.node) && request.code === 0,
    );
}
