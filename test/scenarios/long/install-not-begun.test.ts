import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { installMarkText } from '../../../src/planning/node/armed.js';
import type { UpgradePlan } from '../../../src/planning/plan/plan.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { holdDrain, stopHolding } from '../held-drain.js';

const [from, to] = ['v1.13.1', 'v1.13.9'] as const;
const node = 'k8s-ctrl-2';

/** Only here: a worker that died as it was about to send an install, of which nothing arrived. */
describe('an install that a dead worker was about to send', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'not-begun', labArgs: ['--talos', from, '--target', to] });
    await setInInventory(world, ['limits', 'install'], '8s');
    await setInInventory(world, ['limits', 'decision'], '5m');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is not sent by another one; the node is returned to service, and not rebooted for nothing', async () => {
    const planned = await world.slipway('plan', '--only', node, '--json');
    const { plan } = JSON.parse(planned.stdout) as { plan: UpgradePlan };
    const schematic = plan.hops[0]?.nodes.find(({ name }) => name === node)?.schematic ?? '';
    await holdDrain(world, node);
    const run = await world.upgrade('--only', node);
    await world.untilBegun(run, node, 'drainNode');
    await leaveIntent(run, schematic);
    await stopHolding(world);
    await world.until('the run waits for a decision', async () =>
      (await world.says()).includes(`slipway retry ${node} `),
    );
    expect(await world.kubectl('get', 'node', node, '--output=jsonpath={.spec.unschedulable}')).toBe('');
    const stdout = await world.says();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('no installer was started there');
    for (const event of ['install-started', 'reboot-accepted'])
      expect([event, (await world.machineEvents(node, event)).length]).toEqual([event, 0]);
  });

  it('is sent once a person says so', async () => {
    await world.slipway('retry', node, '--why', 'its worker had died');
    const result = await world.result(1);
    expect(result).toMatchObject({ outcome: 'done' });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', attempt: 2 });
    expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  /** Writes the intent as the worker does right before it sends. */
  async function leaveIntent(run: number, schematic: string): Promise<void> {
    const seen = JSON.parse(await world.kubectl('get', 'node', node, '--output=json')) as {
      status: { nodeInfo: { bootID: string } };
    };
    const mark = installMarkText(
      `run/prox-ops/${run}/1/${node}/1`,
      to,
      seen.status.nodeInfo.bootID,
      schematic,
    );
    await world.kubectl('annotate', 'node', node, `slipway.dev/install=${mark} 0`);
  }
});
