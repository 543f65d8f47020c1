import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunStory } from '../../src/planning/report/run-report.js';
import { World } from '../../lab/world.js';

/** Only here: the whole cluster in the 1.13 flow, where the install stops nothing and each reboot has its own preflight check. */
describe('a patch upgrade of nodes that run Talos 1.13', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({ name: 'lifecycle', labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] });
    result = await world.result(await world.upgrade());
  });

  afterAll(async () => {
    await world.stop();
  });

  it('ends done, with every node on the target', () => {
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes.map((node) => [node.outcome, node.state])).toEqual(
      Array.from({ length: 6 }, () => ['done', 'on-target']),
    );
  });

  it('installs and reboots each machine once, the install first, and never over the slot that runs', async () => {
    for (const { name } of world.lab.machines) {
      const [armed, ...more] = await world.machineEvents(name, 'armed');
      const [accepted] = await world.machineEvents(name, 'reboot-accepted');
      expect(more).toEqual([]);
      expect(await world.machineEvents(name, 'reboot-accepted')).toHaveLength(1);
      expect(Date.parse(armed?.time ?? '')).toBeLessThan(Date.parse(accepted?.time ?? ''));
      expect(await world.machineEvents(name, 'upgrade-accepted')).toEqual([]);
    }
  });

  it('boots the first node of each class of hardware through its firmware', () => {
    const firmware = result.nodes.filter((node) => node.rebootMode === 'powercycle').map((node) => node.node);
    expect(firmware).toEqual([result.order[0], 'k8s-work-1']);
  });

  it('leaves no annotation behind', async () => {
    const nodes = await world.kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].metadata.annotations}');
    expect(nodes).not.toContain('slipway.dev/');
  });

  it('keeps every promise the watcher can see', async () => {
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  });
});
