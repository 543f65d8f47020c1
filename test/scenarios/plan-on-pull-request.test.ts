import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitTo } from '../../lab/forge/branches.js';
import { inventoryWithTalos } from '../../lab/declared-talos.js';
import { openPull } from '../../lab/forge/pull-requests.js';
import { MergeDay } from '../../lab/merge-day.js';
import { World } from '../../lab/world.js';

/** Only here: a pull request that nobody has merged, at a cluster that is really there. */
describe('a pull request that bumps Talos', () => {
  let world: World;
  let day: MergeDay;
  let number: number;

  beforeAll(async () => {
    world = await World.start({ name: 'proposal', labArgs: ['--target', 'v1.12.1'] });
    day = await MergeDay.of(world);
    number = await day.bump({ talos: 'v1.12.2' });
  }, 300_000);

  afterAll(async () => {
    await day?.stop();
    await world?.stop();
  }, 120_000);

  /** How its last commit stands. */
  const statuses = (): readonly { context: string; state: string; description: string | null }[] => {
    const head = day.repository.pulls.get(number)?.head.sha;
    return day.repository.statuses.filter(({ sha }) => sha === head);
  };

  /** Somebody pushes to its branch. */
  async function push(talos: string): Promise<void> {
    const text = inventoryWithTalos(await day.read('slipway.yaml'), talos);
    const branch = `renovate/${number}`;
    await commitTo(day.repository, { branch, files: { 'slipway.yaml': text }, message: talos }, day.bot);
  }

  const plan = (): string => day.comments(number, 'plan').join('\n');

  it('shows the plan of its nodes, in one comment, and at its commit', async () => {
    await world.until('the plan is there', async () => statuses().length > 0);
    expect(day.comments(number, 'plan')).toHaveLength(1);
    expect(plan()).toContain('Talos v1.12.1 → v1.12.2 (patch)');
    for (const { name } of world.lab.machines) expect(plan()).toContain(`| ${name} |`);
    expect(plan()).toContain('it begins by itself');
    expect(statuses()).toEqual([
      expect.objectContaining({ context: `slipway/${world.lab.cluster}`, state: 'success' }),
    ]);
  }, 120_000);

  it('changes that comment with the next push', async () => {
    await push('v1.14.0');
    await world.until('the commit stands', async () => statuses().length > 0);
    expect(day.comments(number, 'plan')).toHaveLength(1);
    expect(plan()).toContain('v1.14.0');
    expect(statuses()).toEqual([expect.objectContaining({ state: 'failure' })]);
  }, 120_000);

  it('says that nothing is left of it when it is taken back', async () => {
    await push('v1.12.1');
    await world.until('the commit stands', async () => statuses().length > 0);
    expect(plan()).toContain('no version and no image has changed');
  }, 120_000);

  it('of a fork is not planned: nobody has said yes to what stands there', async () => {
    const mallory = day.forge.person('mallory', { 'acme/home-ops': 'read' }).account;
    const fork = await day.forge.fork(day.repository, 'mallory');
    const files = { 'slipway.yaml': inventoryWithTalos(await day.read('slipway.yaml'), 'v1.12.2') };
    await commitTo(fork, { branch: 'talos', files, message: 'B' }, mallory);
    const pull = await openPull(day.repository, { title: 'B', head: 'mallory:talos', base: 'main' }, mallory);
    await day.forge.settled();
    const { answer } = day.forge.deliveries().at(-1) ?? { answer: '' };
    expect(answer).toContain('ignored');
    expect(day.comments(pull.number, 'plan')).toEqual([]);
  });

  it('begins nothing', async () => {
    const { stdout } = await world.slipway('queue', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ clusters: [] });
  });
});
