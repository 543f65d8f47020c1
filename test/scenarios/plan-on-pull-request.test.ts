import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitTo } from '../../lab/fake-github/branches.js';
import { latestStatuses } from '../../lab/fake-github/check-routes.js';
import { openPull } from '../../lab/fake-github/pull-requests.js';
import { inventoryWithTalos } from '../../lab/declared-talos.js';
import { MergeDay } from '../../lab/merge-day.js';
import { waits } from '../../lab/waits.js';
import { World } from '../../lab/world.js';
import { freezeCluster } from '../../src/starter/freeze-cluster.js';
import { defaultTaskQueue } from '../../src/workflows/messages.js';

const [now, first, second] = ['v1.12.1', 'v1.12.2', 'v1.12.3'] as const;
const file = 'slipway.yaml';

/** Only here: a cluster is observed because somebody opened a pull request, through starter and worker, and nothing else happens. */
describe('a pull request that is open', () => {
  let world: World;
  let day: MergeDay;
  let number: number;

  beforeAll(async () => {
    world = await World.start({ name: 'plan-on-pull', cluster: 'one-node', labArgs: ['--target', now] });
    day = await MergeDay.of(world);
  });

  afterAll(async () => {
    await day?.stop();
    await world?.stop();
  });

  const says = (words: string) =>
    world.until(`its comment says ${words}`, async () =>
      Promise.resolve(day.comments(number, 'plan').some((text) => text.includes(words))),
    );
  /** The check of its head, once it is there. */
  const check = async (): Promise<unknown> => {
    const sha = day.repository.pull(number).head.sha;
    await world.until('its check is there', async () =>
      Promise.resolve(latestStatuses(day.repository, sha).length > 0),
    );
    return latestStatuses(day.repository, sha);
  };
  /** The hash of `slipway plan`. */
  const hashOf = async (talos: string): Promise<string> => {
    const { stdout } = await world.slipway('plan', '--talos', talos, '--json');
    return (JSON.parse(stdout) as { plan: { hash: string } }).plan.hash;
  };

  it('has the plan that slipway plan makes in a comment, and a check of its commit', async () => {
    number = await day.bump({ talos: first, labels: ['upgrade-pets'] });
    await says(first);
    const [text, ...others] = day.comments(number, 'plan');
    expect(others).toEqual([]);
    expect(text).toContain(`plan ${await hashOf(first)}`);
    expect(text).toMatch(
      /\| strategy \| in place \(patch: same minor\) \|[^]*The upgrade begins automatically/,
    );
    expect(text).toContain(day.repository.pull(number).head.sha.slice(0, 12));
    expect(await check()).toMatchObject([
      {
        context: 'slipway/one-node',
        state: 'success',
        description: expect.stringContaining(`1 node to Talos ${first}`),
      },
    ]);
  });

  it('has the same comment changed by the next push, which says that the cluster is frozen by then', async () => {
    const asking = { taskQueue: defaultTaskQueue, limitMs: waits.commandMs };
    await freezeCluster(await world.client(), 'one-node', { by: 'ada', why: 'the fair' }, asking);
    const { branch } = day.repository.pull(number).head;
    const files = { [file]: inventoryWithTalos(await day.read(file), second) };
    await commitTo(day.repository, { branch, files, message: 'Update' }, day.bot);
    await says(second);
    const [text, ...others] = day.comments(number, 'plan');
    expect(others).toEqual([]);
    expect(text).toContain(`plan ${await hashOf(second)}`);
    expect(text).not.toContain(first);
    expect(text).toMatch(/waits, and begins automatically once that is over: .* froze one-node .*: the fair/);
    expect(await check()).toMatchObject([{ state: 'success', description: expect.stringContaining(second) }]);
  });

  it('from a fork gets no comment, and nothing is observed for it', async () => {
    const mallory = day.gitHost.person('mallory', { 'acme/home-ops': 'read' }).account;
    const fork = await day.gitHost.fork(day.repository, 'mallory');
    const files = { [file]: inventoryWithTalos(await day.read(file), second) };
    const sha = await commitTo(fork, { branch: 'talos', files, message: 'B' }, mallory);
    const { number: theirs } = await openPull(
      day.repository,
      { title: 'B', head: 'mallory:talos', base: 'main' },
      mallory,
    );
    await day.gitHost.settled();
    const answers = day.gitHost.deliveries().map(({ answer }) => answer);
    expect(answers.at(-1)).toMatch(/ignored.*fork/);
    expect(day.comments(theirs, 'plan')).toEqual([]);
    expect(latestStatuses(day.repository, sha)).toEqual([]);
  });

  it('touches nothing: no run began, no machine was asked for more than an observation', async () => {
    const client = await world.client();
    const runs = await client.workflow.count(`WorkflowType = 'upgradeCluster'`);
    expect(runs.count).toBe(0);
    for (const { name } of world.lab.machines)
      expect(await world.machineEvents(name, 'install-started')).toEqual([]);
    // Its watcher's only finding is that there was nothing to judge.
    expect((await world.stop()).complaints).toEqual([expect.stringContaining('no run was seen')]);
  });
});
