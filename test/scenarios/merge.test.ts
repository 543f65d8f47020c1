import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { MergeDay } from '../../lab/merge-day.js';
import { World, nodeResult } from '../../lab/world.js';
import { runId } from '../../src/workflows/messages.js';
import { runInput } from './run-input.js';
import { wasPolled } from './was-polled.js';

const [now, first, second] = ['v1.12.1', 'v1.12.2', 'v1.12.3'] as const;

/**
 * Only here: a merge at the fake GitHub upgrades machines, automatically, and a merge that comes meanwhile follows it. And a cluster of
 * one node, whose upgrade is an outage: nothing can be drained.
 */
describe('a pull request that is merged', () => {
  let world: World;
  let day: MergeDay;
  /** The newest commit of the branch. */
  let last: string;
  let merged: { readonly number: number; readonly commit: string };

  beforeAll(async () => {
    world = await World.start({ name: 'merge', cluster: 'one-node', labArgs: ['--target', now] });
    day = await MergeDay.of(world, { trigger: ['webhook', 'poll'] });
  });

  afterAll(async () => {
    await day?.stop();
    await world?.stop();
  });

  const node = 'ctrl-1';

  it('is planned as an outage on a cluster of one node, which is not drained', async () => {
    const { stdout } = await world.slipway('plan', '--talos', first);
    expect(stdout).toMatch(/one control plane: the Kubernetes API is away/);
    expect(stdout).not.toMatch(/^ {2}drain +evicts/m);
  });

  it('begins a run that knows where it comes from, and its pull request says so', async () => {
    // It boots, and is not Ready until another merge has come: the run is open for so long.
    await world.control('POST', '/faults', { name: 'kubelet-not-ready', node, after: 'reboot:power-gone' });
    merged = await day.bumpAndMerge({ talos: first, labels: ['upgrade-pets'] });
    await world.until('run 1 is open', async () => (await world.queue()).includes('run 1'));
    const { request } = await runInput(await world.client(), world.lab.cluster, 1);
    expect(request).toMatchObject({
      talos: first,
      declared: true,
      requestedBy: 'ada',
      origin: { repository: 'acme/home-ops', pullRequest: merged.number, commit: merged.commit },
    });
    await world.until('the comment is there', async () => day.comments(merged.number).length > 0);
    expect(day.comments(merged.number)).toEqual([
      expect.stringMatching(
        /Talos v1\.12\.1 → v1\.12\.2.*Run 1 of one-node has begun: `slipway watch one-node\/1`/s,
      ),
    ]);
  });

  it('waits, when another one is open, and begins automatically', async () => {
    const { number, commit } = await day.bumpAndMerge({ talos: second });
    last = commit;
    await world.until('the comment is there', async () => day.comments(number).length > 0);
    expect(day.comments(number)).toEqual([expect.stringMatching(/It waits.*run 1 is upgrading one-node/s)]);
    await world.untilBegun(1, node, 'awaitReady');
    await world.control('DELETE', '/faults');
    const result = await world.result(1);
    expect(result).toMatchObject({ outcome: 'done', reasons: [], target: first });
    expect(nodeResult(result, node).steps.map(({ step }) => step)).not.toContain('drain');
    await world.until('run 2 is there', async () => (await world.story(2)) !== undefined);
    expect(await world.result(2)).toMatchObject({ outcome: 'done', target: second });
  });

  it('is one upgrade, though it is delivered again, by the push and by the poll', async () => {
    for (const { id } of day.gitHost.deliveries()) day.gitHost.hooks.redeliver(id);
    await day.gitHost.settled();
    const client = await world.client();
    await world.until('the poll has seen it', () => wasPolled(client, last));
    const open = await client.workflow.count(`WorkflowType = 'deliver' AND ExecutionStatus = 'Running'`);
    expect(open.count).toBe(0);
    await expect(client.workflow.getHandle(runId(world.lab.cluster, 3)).describe()).rejects.toBeInstanceOf(
      WorkflowNotFoundError,
    );
    for (const { name } of world.lab.machines)
      expect(await world.machineEvents(name, 'install-finished')).toHaveLength(2);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
