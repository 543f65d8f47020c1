import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { onOneLine } from '../what-is-said.js';

const pauseMs = 15_000;
const [first, second] = ['k8s-work-1', 'k8s-work-2'];

/** Only here: a pause that nobody ends. Its end acts on no machine. */
describe('a pause that expires', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'pause-expires' });
    await setInInventory(world, ['limits', 'pause'], `${pauseMs}ms`);
  });

  afterAll(async () => {
    await world.stop();
  });

  const untilPaused = async (ending: RegExp): Promise<void> =>
    world.until('the run says that it is paused, until when, and what then', async () => {
      const said = onOneLine(await world.says());
      return /Paused since/.test(said) && /slipway resume/.test(said) && ending.test(said);
    });

  it('before any node was begun ends the run, touches none, and holds nothing', async () => {
    await world.control('POST', '/faults', { name: 'factory-429', times: 100 });
    const run = await world.upgrade('--only', first, second);
    expect((await world.slipway('pause', '--why', 'wait for the others')).code).toBe(0);
    await world.control('DELETE', '/faults');
    await untilPaused(/if nobody does until .*, it ends with no node touched/);
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'pause-expired', limit: pauseMs }],
    });
    expect(await touched(first)).toBe(false);
    expect(await world.says()).not.toContain('is held');
  });

  it('between two nodes ends the run, leaves the next node alone, and holds the cluster until a release', async () => {
    const run = await world.upgrade('--only', first, second);
    await world.untilBegun(run, first, 'prepareImage');
    expect((await world.slipway('pause', '--why', 'lunch')).code).toBe(0);
    await untilPaused(/if nobody does until .*, it ends and the cluster is held/);
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'pause-expired', by: expect.stringContaining('lunch'), limit: pauseMs }],
    });
    expect(nodeResult(result, first)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await touched(first)).toBe(true);
    expect(await touched(second)).toBe(false);

    const status = onOneLine(await world.says());
    expect(status).toMatch(/is held.*lunch, and nobody resumed it within 15s/);
    expect((await world.slipway('resume', '--why', 'too late')).code).toBe(1);
    expect((await world.slipway('upgrade')).code).toBe(1);
    expect((await world.slipway('release', '--why', 'back again')).code).toBe(0);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  /** Whether anything was done to the machine, or written to its Node. */
  async function touched(node: string): Promise<boolean> {
    const installs = await world.machineEvents(node, 'install-started');
    const { metadata, spec } = JSON.parse(await world.kubectl('get', 'node', node, '-o', 'json')) as {
      readonly metadata: { readonly annotations: object };
      readonly spec: { readonly unschedulable?: boolean };
    };
    const marked = Object.keys(metadata.annotations).some((name) => name.startsWith('slipway.dev/'));
    return installs.length > 0 || marked || spec.unschedulable === true;
  }
});
