import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTemporalAlone, type TemporalAlone } from '../../lab/temporal-alone.js';
import { World, nodeResult } from '../../lab/world.js';

/** Only here: Temporal itself is killed in the middle of a run and started again on its database file. */
describe('Temporal killed and restarted', () => {
  let world: World;
  let temporal: TemporalAlone;

  beforeAll(async () => {
    temporal = await startTemporalAlone();
    world = await World.start({ name: 'restart', temporal: temporal.server.description.address });
  });

  afterAll(async () => {
    await temporal.stop();
  });

  it('costs seconds and no node', async () => {
    // The run is under way until Temporal is back: its node is not Ready before.
    const fault = { name: 'kubelet-not-ready', node: 'k8s-work-1', after: 'reboot:power-gone' };
    await world.control('POST', '/faults', fault);
    const run = await world.upgrade('--only', 'k8s-work-1');
    await world.until(
      'it reboots',
      async () => (await world.machineEvents('k8s-work-1', 'rebooting')).length > 0,
    );
    await temporal.server.kill();
    await temporal.server.restart();
    await world.control('DELETE', '/faults');
    const result = await world.result(run);
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.machineEvents('k8s-work-1', 'install-finished')).toHaveLength(1);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  });
});
