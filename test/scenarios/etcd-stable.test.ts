import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { runId } from '../../src/workflows/messages.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { onOneLine, waitingFor } from './what-is-said.js';

const stableMs = 10_000;
const controlPlanes = ['k8s-ctrl-2', 'k8s-ctrl-3'];

/** Only here: etcd must be healthy without a break between two control plane nodes, and a break restarts the count. */
describe('between two control planes', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'etcd-stable' });
    await setInInventory(world, ['limits', 'etcdStable'], `${stableMs}ms`);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('a member that goes down for a moment restarts the count, which is reported, and no other begins before', async () => {
    const run = await world.upgrade('--only', ...controlPlanes);
    const says = async (): Promise<string> =>
      (await waitingFor(world, runId(world.lab.cluster, run), 'awaitEtcdStable')) ?? '';
    await world.until('the count has begun', async () => (await says()).startsWith('etcd is healthy'));
    await world.control('POST', '/etcd/k8s-ctrl-1/stop');
    await world.until('the break is seen', async () => (await says()).endsWith('the count begins again'));
    expect(await says()).toMatch(
      /etcd.*; etcd must be healthy for 10s without a break before the next control plane/,
    );
    const wellAgain = Date.now();
    await world.control('POST', '/etcd/k8s-ctrl-1/start');
    await world.until('it counts again', async () => (await says()).startsWith('etcd is healthy'));
    const status = onOneLine(await world.says());
    expect(status).toMatch(/the count began again after this: .*etcd/);

    const result = await world.result(run);
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    const [first = 0, second = 0] = controlPlanes
      .map((name) => Date.parse(nodeResult(result, name).startedAt))
      .toSorted((one, other) => one - other);
    expect(first).toBeLessThan(wellAgain);
    expect(second - wellAgain).toBeGreaterThanOrEqual(stableMs);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
