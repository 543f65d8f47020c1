import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waits } from '../../lab/waits.js';
import { World } from '../../lab/world.js';
import { loadInventory } from '../../src/inventory/load.js';
import { enqueueMerge } from '../../src/starter/enqueue-merge.js';
import { defaultTaskQueue, type EnqueueMergeAnswer } from '../../src/workflows/messages.js';
import { holdDrain, whileItDrains } from './held-drain.js';
import { onOneLine } from './what-is-said.js';

const node = 'k8s-work-1';
const [first, newer, newest] = ['v1.12.2', 'v1.12.3', 'v1.12.4'] as const;
const why = ['--why', 'to see it'] as const;

/** Only here: merges wait for their run, the newest alone; and a frozen cluster. */
describe('the queue of a cluster', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'queue', labArgs: ['--target', newest] });
  });

  afterAll(async () => {
    await world.stop();
  });

  /** As the starter does, once it has read a merge. */
  async function enqueue(talos: string, commit: string): Promise<EnqueueMergeAnswer> {
    const file = world.lab.inventory;
    const loaded = await loadInventory(file);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
    const { inventory } = loaded;
    const request = {
      schema: 1 as const,
      cluster: inventory.cluster,
      talos,
      declared: true,
      requestedBy: 'renovate[bot]',
      requestedAt: '2026-11-20T00:00:00.000Z',
      commit: commit.repeat(40),
    };
    const answer = await enqueueMerge(
      await world.client(),
      {
        key: `${talos}@${request.commit}`,
        input: { request, inventory, base: path.dirname(file), only: [node] },
      },
      { taskQueue: defaultTaskQueue, limitMs: waits.commandMs },
    );
    if (answer.verdict === 'unanswered') throw new Error('no worker answered');
    return answer;
  }
  const queueSays = async (): Promise<string> => onOneLine((await world.slipway('queue')).stdout);

  it('keeps what is merged while the cluster is frozen, refuses what is typed, and says who froze it', async () => {
    await world.result(await world.upgrade('--only', node, '--talos', 'v1.12.1'));
    expect((await world.slipway('freeze', '--why', 'the fair')).stdout).toContain('is frozen');
    const { code, stderr } = await world.slipway('upgrade');
    expect(code).toBe(1);
    expect(onOneLine(stderr)).toMatch(/froze prox-ops .*the fair/);
    expect(stderr).toContain('slipway unfreeze prox-ops --why');
    expect(await enqueue(first, 'a')).toMatchObject({ verdict: 'waits', reason: { kind: 'frozen' } });
    expect(await queueSays()).toMatch(
      /frozen: no run begins .* ○ for .*: Talos v1\.12\.2, commit a{12}, was merged/,
    );
  });

  it('begins it once that is lifted, lets later merges wait, and takes none twice', async () => {
    await holdDrain(world, node);
    const { stdout } = await world.slipway('unfreeze', ...why);
    expect(stdout).toContain(`Run 2 begins: Talos ${first} was merged and had waited.`);
    await whileItDrains(world, 2, node, async () => {
      const inLine = { verdict: 'waits', reason: { kind: 'run-open', run: 2 } };
      expect(await enqueue(newer, 'b')).toMatchObject(inLine);
      expect(await enqueue(newest, 'c')).toMatchObject({ verdict: 'waits', instead: newer });
      expect(await enqueue(newest, 'c')).toEqual({ verdict: 'known' });
    });
    // What has touched a node is not superseded.
    expect(await world.result(2)).toMatchObject({ outcome: 'done', target: first });
  });

  it('begins the newest automatically when the run before it has ended', async () => {
    await world.until('run 3 is open', async () => (await world.queue()).includes('run 3'));
    expect(await world.result(3)).toMatchObject({ outcome: 'done', target: newest });
    expect(await enqueue(newer, 'b')).toEqual({ verdict: 'known' });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
