import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { commitTo } from '../../lab/fake-github/branches.js';
import { latestStatuses } from '../../lab/fake-github/check-routes.js';
import { startFakeGitHub, type FakeGitHub, type Person } from '../../lab/fake-github/fake-github.js';
import type { GitHostRepository } from '../../lab/fake-github/hosted-repository.js';
import { changeLabels, changePull, openPull } from '../../lab/fake-github/pull-requests.js';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import { planForPullRequest, type PullRequestPlan } from '../../src/activities/plan-for-pull-request.js';
import { readPullRequest, type OpenPullRequest } from '../../src/activities/read-pull-request.js';
import { publishPlan, type PlanPublished } from '../../src/activities/publish-plan.js';
import type { RepositorySettings } from '../../src/starter/settings.js';
import { changedText } from '../inventory/an-inventory.js';
import { aRepository } from '../starter/a-starter.js';
import { runAttempt } from './an-activity.js';

const file = 'clusters/atlas/slipway.yaml';
const name = 'acme/home-ops';
const faults = new FaultPlan();
let folder: string;
let gitHost: FakeGitHub;
let repository: GitHostRepository;
let bot: Person;
let settings: RepositorySettings;

/** Prints no credential; its leftover file shows that it was run. */
const runs = (mark: string) => ({ exec: ['touch', path.join(folder, mark)] });
const ran = (mark: string): boolean => existsSync(path.join(folder, mark));

interface Said {
  readonly talos?: string;
  readonly schematic?: string;
  readonly reader?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A slipway.yaml whose reader is a program that prints nothing. */
const declared = ({ talos = 'v1.12.1', schematic, reader = 'asked-of-main', more = {} }: Said = {}): string =>
  changedText((draft) => {
    draft.setIn(['versions', 'talos'], talos);
    draft.setIn(['access', 'talos', 'reader'], draft.createNode(runs(reader)));
    if (schematic) draft.setIn(['roles', 'worker', 'schematic'], schematic);
    for (const [key, value] of Object.entries(more)) draft.set(key, draft.createNode(value));
  });

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-test-plan-pull-'));
  gitHost = await startFakeGitHub({ folder, faults });
  repository = await gitHost.createRepository(name, {
    files: { [file]: declared(), 'README.md': '# Home\n' },
  });
  bot = gitHost.person('slipway-bot', { [name]: 'write' });
  writeFileSync(path.join(folder, 'token'), bot.token);
  settings = aRepository({
    api: gitHost.api,
    url: `${gitHost.url}/${name}.git`,
    access: { token: { file: 'token' } },
    base: folder,
    pauses: 'none',
    clusters: [{ file, folder }],
  });
});
afterEach(async () => {
  faults.disarm();
  await gitHost.stop();
  rmSync(folder, { recursive: true });
});

/** The settings of a worker; the cluster has no queue yet. */
const worker = {
  dialMap: {},
  get repositoriesFolder() {
    return path.join(folder, 'mirrors');
  },
  credentialsFolder: undefined,
  queueOf: () => Promise.resolve(undefined),
} as unknown as ActivitySettings;

const push = (files: Record<string, string | null>, branch = 'renovate/talos') =>
  commitTo(repository, { branch, files, message: 'Update Talos' }, bot.account);
const open = async (text: string): Promise<number> => {
  await push({ [file]: text });
  return (await openPull(repository, { title: 'Update', head: 'renovate/talos', base: 'main' }, bot.account))
    .number;
};
const read = (number: number) =>
  runAttempt(() => readPullRequest(worker, { repository: settings, number })).ended;
const plan = (number: number, pull: OpenPullRequest): Promise<PullRequestPlan> => {
  const [cluster] = settings.clusters;
  if (!cluster) throw new Error('there is none');
  return runAttempt(() => planForPullRequest(worker, { repository: settings, number, pull, cluster })).ended;
};
const publish = (number: number, pull: OpenPullRequest, made: PullRequestPlan): Promise<PlanPublished> =>
  runAttempt(() => publishPlan(worker, { repository: settings, number, pull, plan: made })).ended;

async function opened(number: number): Promise<OpenPullRequest> {
  const pull = await read(number);
  if ('none' in pull) throw new Error(pull.none);
  return pull;
}

/** Plan and publication, once. */
async function planned(number: number): Promise<PlanPublished> {
  const pull = await opened(number);
  return publish(number, pull, await plan(number, pull));
}

const comments = (number: number): string[] =>
  [...repository.comments.values()].filter(({ issue }) => issue === number).map(({ body }) => body);
const checks = (sha: string) =>
  latestStatuses(repository, sha).map(({ context, state, description }) => ({ context, state, description }));

describe('an open pull request', () => {
  test('whose cluster cannot be observed says so, with what was tried, and its check blocks nothing', async () => {
    const number = await open(declared({ talos: 'v1.12.6' }));
    expect(await planned(number)).toBe('written');
    expect(comments(number)).toEqual([
      expect.stringMatching(
        /^<!-- slipway:plan\/atlas -->\n\*\*atlas: Talos v1\.12\.1 → v1\.12\.6 \(patch\)[^]*could not be looked at[^]*talosconfig \(reader\) cannot be read/,
      ),
    ]);
    const { head } = await opened(number);
    expect(comments(number)[0]).toContain(head.slice(0, 12));
    expect(checks(head)).toEqual([
      {
        context: 'slipway/atlas',
        state: 'success',
        description: expect.stringContaining('no plan could be made'),
      },
    ]);
  });

  test('has one comment, which each push updates, also when nothing is left to plan', async () => {
    const number = await open(declared({ talos: 'v1.12.6' }));
    await planned(number);
    const [first] = repository.comments.keys();
    await push({ [file]: declared({ talos: 'v1.12.7' }) });
    expect(await planned(number)).toBe('written');
    expect(comments(number)).toEqual([expect.stringContaining('v1.12.1 → v1.12.7')]);
    await push({ [file]: declared(), 'README.md': '# At home\n' });
    expect(await planned(number)).toBe('written');
    expect(comments(number)).toEqual([expect.stringContaining('no version and no image has changed')]);
    expect([...repository.comments.keys()]).toEqual([first]);
    expect(checks((await opened(number)).head)).toEqual([]);
  });

  test('that does not concern a cluster gets no comment', async () => {
    await push({ 'README.md': '# At home\n' });
    const { number } = await openPull(
      repository,
      { title: 'Words', head: 'renovate/talos', base: 'main' },
      bot.account,
    );
    expect(await planned(number)).toBe('nothing');
    expect(comments(number)).toEqual([]);
    expect(checks((await opened(number)).head)).toEqual([]);
  });

  test('has its versions planned with the access settings of the main branch, and runs nothing of its own', async () => {
    const more = { image: { factory: 'factory.evil.example', platform: 'nocloud' }, vip: '203.0.113.9' };
    const number = await open(declared({ talos: 'v1.12.6', reader: 'asked-of-the-pull-request', more }));
    await planned(number);
    expect([ran('asked-of-main'), ran('asked-of-the-pull-request')]).toEqual([true, false]);
    expect(comments(number)[0]).toContain('It changes `access`, `image` and `vip` of slipway.yaml, too.');
    expect(comments(number)[0]).not.toMatch(/evil|203\.0\.113/);
  });

  test('that changes access alone asks nobody', async () => {
    const number = await open(declared({ reader: 'asked-of-the-pull-request' }));
    expect(await planned(number)).toBe('nothing');
    expect([ran('asked-of-main'), ran('asked-of-the-pull-request')]).toEqual([false, false]);
  });

  test('is planned with the present settings of the branch', async () => {
    const number = await open(declared({ talos: 'v1.12.6' }));
    await push({ [file]: declared({ reader: 'asked-of-main-later' }) }, 'main');
    await planned(number);
    expect([ran('asked-of-main'), ran('asked-of-main-later')]).toEqual([false, true]);
  });

  test.each<[string, () => string, 'failure' | 'success', RegExp]>([
    ['rolls back', () => declared({ talos: 'v1.11.5' }), 'failure', /v1\.12\.1 → v1\.11\.5 rolls back/],
    [
      'cannot be read',
      () => `${declared()}clusters: "@acme/all <b>"\n`,
      'failure',
      /cannot be used[^]*```text\n[^]*clusters/,
    ],
    [
      'brings another image by a setting of its own',
      () => declared({ more: { image: { platform: 'metal' } } }),
      'success',
      /count once it is merged/,
    ],
  ])('that %s gets a comment that says so, and observes nothing', async (_name, text, state, words) => {
    const number = await open(text());
    expect(await planned(number)).toBe('written');
    expect(comments(number)).toEqual([expect.stringMatching(words)]);
    expect(checks((await opened(number)).head)).toMatchObject([{ context: 'slipway/atlas', state }]);
    expect(ran('asked-of-main')).toBe(false);
  });

  test('plans another schematic, which the branch has not', async () => {
    const number = await open(declared({ schematic: 'b'.repeat(64) }));
    await planned(number);
    expect(comments(number)).toEqual([expect.stringContaining('atlas: another image for w')]);
    expect(ran('asked-of-main')).toBe(true);
  });
});

describe('nothing is written', () => {
  test('where somebody has pushed, or changed a label that counts, since it was planned', async () => {
    const number = await open(declared({ talos: 'v1.12.6' }));
    const older = await opened(number);
    const made = await plan(number, older);
    await push({ [file]: declared({ talos: 'v1.12.7' }) });
    await planned(number);
    expect(await publish(number, older, made)).toBe('moved');
    expect(comments(number)).toEqual([expect.stringContaining('v1.12.7')]);
    expect(checks(older.head)).toEqual([]);
    const newer = await opened(number);
    const again = await plan(number, newer);
    changeLabels(repository, number, { add: ['dependencies'] }, bot.account);
    expect(await publish(number, newer, again)).toBe('written');
    changeLabels(repository, number, { add: ['upgrade-cattle'] }, bot.account);
    expect(await publish(number, newer, again)).toBe('moved');
  });

  test('to one that was closed meanwhile, nor is it planned for', async () => {
    const number = await open(declared({ talos: 'v1.12.6' }));
    const pull = await opened(number);
    const made = await plan(number, pull);
    await changePull(repository, number, { state: 'closed' }, bot.account);
    expect(await publish(number, pull, made)).toBe('over');
    expect(comments(number)).toEqual([]);
    expect(await read(number)).toEqual({ none: 'it is closed' });
  });

  test('to one from a fork: not even its commits are fetched', async () => {
    const mallory = gitHost.person('mallory', { [name]: 'read' });
    const fork = await gitHost.fork(repository, 'mallory');
    const evil = { branch: 'talos', files: { [file]: declared({ talos: 'v1.12.6' }) }, message: 'B' };
    const sha = await commitTo(fork, evil, mallory.account);
    const { number } = await openPull(
      repository,
      { title: 'B', head: 'mallory:talos', base: 'main' },
      mallory.account,
    );
    expect(await read(number)).toEqual({ none: expect.stringContaining('fork') });
    const pull = { head: sha, base: sha, branch: sha, labels: [] };
    expect(await publish(number, pull, { about: 'atlas', sentence: '', text: 'words' })).toBe('over');
    expect(comments(number)).toEqual([]);
  });

  test('to one that is not there', async () => {
    expect(await read(99)).toEqual({ none: 'it is gone' });
  });
});
