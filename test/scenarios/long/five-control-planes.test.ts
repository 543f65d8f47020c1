import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../../../lab/world.js';

/** Only here: more control planes than three. */
describe('a cluster of five control planes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'five', cluster: 'five-plus-one' });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is upgraded one after the other, the leader last', async () => {
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.nodes).toHaveLength(6);
    const { stdout } = await world.slipway('status', '--json');
    const { run } = JSON.parse(stdout) as { run: { nodes: { name: string; leads: boolean }[] } };
    expect(result.order[4]).toBe(run.nodes.find((node) => node.leads)?.name);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
