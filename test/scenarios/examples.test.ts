import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';

/** Only here: control planes that run all the work, and the inventory of `examples/portkey` as it stands there. */
describe('the example', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
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
