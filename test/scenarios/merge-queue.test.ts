import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitTo, moveBranch } from '../../lab/fake-github/branches.js';
import { openPull } from '../../lab/fake-github/pull-requests.js';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { startFakeServices, type FakeServices } from '../../lab/fake-services/fake-services.js';
import type { MergeDay } from '../../lab/merge-day.js';
import { declared, MergeSite } from './merge-site.js';
import { runInput } from './run-input.js';
import { wasPolled } from './was-polled.js';

const [first, second] = ['clusters/atlas/slipway.yaml', 'clusters/borea/slipway.yaml'] as const;

/** Atlas has receivers, borea has none. */
const atlas = (talos?: string): string =>
  declared('atlas', talos, [{ webhook: { url: { file: 'hook' }, secret: { file: 'secret' } } }]);

/** Only here: everything between a merge and a queue, with real git, fake GitHub, starter, Temporal and worker, and frozen clusters. */
describe('merges of a repository with two clusters', () => {
  let site: MergeSite;
  let day: MergeDay;
  let fakeServices: FakeServices;
  let bumped: number;
  let seen = 0;

  beforeAll(async () => {
    site = await MergeSite.start('merge-queue');
    for (const cluster of ['atlas', 'borea']) await site.freeze(cluster);
    fakeServices = await startFakeServices({ faults: new FaultPlan() });
    const { hook, secret } = fakeServices.webhook;
    for (const [name, text] of Object.entries({ hook, secret }))
      await writeFile(path.join(site.folder, name), `${text}\n`, { mode: 0o600 });
    day = await site.day({
      fakeServices,
      files: { [first]: atlas(), [second]: declared('borea'), 'README.md': '# Home\n' },
      clusters: [
        { file: first, folder: site.folder },
        { file: second, folder: '/etc/slipway/borea' },
      ],
      trigger: ['webhook', 'poll'],
    });
  });

  afterAll(async () => {
    await day?.stop();
    await fakeServices?.stop();
    await site?.stop();
  });

  const answers = async () =>
    (await site.delivered(day)).flatMap(({ clusters }) =>
      clusters.flatMap(({ answer }) => answer?.verdict ?? []),
    );
  /** The pending merge; by version. */
  const waiting = async (cluster: string) => (await site.queue(cluster)).waiting?.target;
  /** Notifications since the last call. */
  const notifiedNow = (): string[] => {
    const all = fakeServices.webhook.received();
    const fresh = all.slice(seen);
    seen = all.length;
    return fresh.map(({ body }) => {
      const { type, data } = body as { type: string; data: { title: string; lines: string[] } };
      return [type, data.title, ...data.lines].join(' | ');
    });
  };
  const polled = (commit: string) => site.until('the poll has seen it', () => wasPolled(site.client, commit));

  it('do not come from pull requests that are open, ours or those of forks', async () => {
    bumped = await day.bump({ talos: 'v1.12.2', labels: ['upgrade-pets'] });
    const mallory = day.gitHost.person('mallory', { 'acme/home-ops': 'read' }).account;
    const fork = await day.gitHost.fork(day.repository, 'mallory');
    await commitTo(
      fork,
      { branch: 'talos', files: { [second]: declared('borea', 'v1.13.0') }, message: 'B' },
      mallory,
    );
    await openPull(day.repository, { title: 'B', head: 'mallory:talos', base: 'main' }, mallory);
    expect(await answers()).toEqual([]);
    expect([await waiting('atlas'), await waiting('borea')]).toEqual([undefined, undefined]);
  });

  it('come to the queue of their cluster once, however often they are delivered, and the pull request says so', async () => {
    const commit = await day.merge(bumped);
    const sent = day.gitHost.deliveries().slice(-2);
    for (const { id } of sent) day.gitHost.hooks.redeliver(id);
    expect((await answers()).toSorted()).toEqual(['known', 'waits']);
    await polled(commit);
    expect(await site.queue('atlas')).toMatchObject({ lastRun: 0, waiting: { target: 'v1.12.2', commit } });
    expect(await waiting('borea')).toBeUndefined();
    expect(day.comments(bumped)).toEqual([
      expect.stringMatching(
        /atlas: Talos v1\.12\.1 → v1\.12\.2 \(patch\).*upgrade-pets.*\n\nIt waits.*froze atlas.*the fair/s,
      ),
    ]);
    expect(notifiedNow()).toEqual([
      expect.stringMatching(
        /^slipway\.queued .* atlas: Talos v1\.12\.2 was merged, and waits .*ada.*froze atlas/,
      ),
    ]);
  });

  it('take the place of older ones that wait, and the older pull request says so', async () => {
    const { number, commit } = await day.bumpAndMerge({ talos: 'v1.12.3' });
    await answers();
    // One that comes later would find the next merge, and notify people that this one was superseded.
    await polled(commit);
    expect(await waiting('atlas')).toBe('v1.12.3');
    expect(day.comments(number)).toEqual([
      expect.stringContaining('Talos v1.12.2, which waited there, is not brought'),
    ]);
    expect(day.comments(bumped)).toEqual([expect.stringContaining('Talos v1.12.2 is not brought')]);
    expect(notifiedNow()).toEqual([
      expect.stringMatching(/^slipway\.superseded .*Talos v1\.12\.2 gave way to v1\.12\.3/),
      expect.stringMatching(/^slipway\.queued .*Talos v1\.12\.3 was merged, and waits/),
    ]);
    bumped = number;
  });

  it('that roll back are refused with the reason, and what they roll back does not begin', async () => {
    const { number } = await day.bumpAndMerge({ talos: 'v1.12.1' });
    await answers();
    expect(await site.queue('atlas')).toMatchObject({ lastRun: 0 });
    expect(await waiting('atlas')).toBeUndefined();
    expect(day.comments(number)).toEqual([
      expect.stringMatching(
        /v1\.12\.3 → v1\.12\.1 rolls back.*no rollback.*Talos v1\.12\.3, which waited, is not brought/s,
      ),
    ]);
    expect(day.comments(bumped)).toEqual([expect.stringContaining('Talos v1.12.3 is not brought')]);
    expect(notifiedNow()).toEqual([
      expect.stringMatching(/^slipway\.superseded .*Talos v1\.12\.3 is not brought any more .*git does not/),
    ]);
  });

  it('that cannot be read are reported with every mistake, as text', async () => {
    const text = (await day.read(first))
      .replace('v1.12.1', '"@acme/ops **1.x**"')
      .replace('cluster: atlas', 'clusters: atlas');
    const number = await day.propose({ title: 'Break it', files: { [first]: text } });
    await day.merge(number);
    await answers();
    const [comment = '', ...others] = day.comments(number);
    expect(others).toEqual([]);
    expect(comment).toMatch(/cannot be used any more, so nothing starts/);
    expect(comment).toMatch(/```text\n(.*\n)*.*clusters.*\n(.*\n)*```/);
    expect(await waiting('atlas')).toBeUndefined();
    const mended = await day.propose({ title: 'Mend it', files: { [first]: atlas('v1.12.2') } });
    await day.merge(mended);
    await answers();
    expect(day.comments(mended)).toEqual([expect.stringContaining('nothing begins automatically')]);
    expect(await waiting('atlas')).toBeUndefined();
  });

  it('go to each cluster they are about, and to no other', async () => {
    const files = { [first]: atlas('v1.12.4'), [second]: declared('borea', 'v1.12.5') };
    const number = await day.propose({ title: 'Both', files });
    await day.merge(number, 'squash');
    await answers();
    expect([await waiting('atlas'), await waiting('borea')]).toEqual(['v1.12.4', 'v1.12.5']);
    expect(day.comments(number)).toHaveLength(2);
    await day.bumpAndMerge({ talos: 'v1.12.6', file: second });
    const readme = await day.propose({ title: 'Words', files: { 'README.md': '# At home\n' } });
    await day.merge(readme);
    await answers();
    expect([await waiting('atlas'), await waiting('borea')]).toEqual(['v1.12.4', 'v1.12.6']);
    expect(day.comments(readme)).toEqual([]);
  });

  it('are found by the poll where every webhook was lost', async () => {
    day.faults.arm({ name: 'webhook-lost', times: 100 });
    const { number, commit } = await day.bumpAndMerge({ talos: 'v1.12.7' });
    day.faults.disarm();
    await polled(commit);
    expect(await waiting('atlas')).toBe('v1.12.7');
    expect(day.comments(number)).toEqual([expect.stringContaining('It waits')]);
  });

  it('begin automatically once that is lifted, with where they come from', async () => {
    await site.unfreeze('atlas');
    await site.until('run 1 has ended', async () => {
      const { lastRun, open } = await site.queue('atlas');
      return lastRun === 1 && open === null;
    });
    // Shown while no worker is up.
    expect(await site.startedWith('atlas')).toMatchObject({ lastRun: 1, open: null });
    const { request } = await runInput(site.client, 'atlas', 1);
    const [pull] = [...day.repository.pulls.values()].slice(-1);
    expect(request).toMatchObject({
      talos: 'v1.12.7',
      declared: true,
      origin: { repository: 'acme/home-ops', pullRequest: pull?.number, commit: pull?.mergeCommit },
    });
  });

  it('that came while no worker was up are one: the newest; and the older pull request says so', async () => {
    await site.freeze('atlas');
    await site.killWorker();
    const older = await day.bumpAndMerge({ talos: 'v1.12.8' });
    const newer = await day.bumpAndMerge({ talos: 'v1.12.9' });
    await site.startWorker();
    await answers();
    expect(await waiting('atlas')).toBe('v1.12.9');
    expect(day.comments(older.number)).toEqual([expect.stringContaining('Talos v1.12.8 is not brought')]);
    expect(day.comments(newer.number)).toEqual([expect.stringContaining('It waits')]);
  });

  it('do not begin any more when their cluster is gone from git', async () => {
    const number = await day.propose({ title: 'Give it up', files: { [second]: null } });
    await day.merge(number);
    await answers();
    expect(await waiting('borea')).toBeUndefined();
    expect(day.comments(number)).toEqual([
      expect.stringMatching(/no longer there.*Talos v1\.12\.6, which waited, is not brought/s),
    ]);
  });

  it('are none where the branch is pushed by force, or for the first time; and what that rolls back does not begin', async () => {
    const tip = (await day.repository.git.heads()).get('main') ?? '';
    const [beginning] = (await day.repository.git.log(['main'])).slice(-1);
    expect(await waiting('atlas')).toBe('v1.12.9');
    await moveBranch(day.repository, 'main', beginning?.sha, day.owner);
    await answers();
    expect(await waiting('atlas')).toBeUndefined();
    await moveBranch(day.repository, 'main', undefined, day.owner);
    await moveBranch(day.repository, 'main', tip, day.owner);
    const [last] = (await site.delivered(day)).slice(-1);
    expect(last?.clusters.map(({ answer }) => answer)).toEqual([undefined, undefined]);
    expect(await waiting('atlas')).toBeUndefined();
    expect((await site.queue('atlas')).lastRun).toBe(1);
  });
});
