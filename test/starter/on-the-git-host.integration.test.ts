import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { commitTo, moveBranch } from '../../lab/fake-github/branches.js';
import { writeComment } from '../../lab/fake-github/comments.js';
import { startFakeGitHub, type FakeGitHub, type Person } from '../../lab/fake-github/fake-github.js';
import type { GitHostRepository } from '../../lab/fake-github/hosted-repository.js';
import { changeLabels, mergePull, openPull } from '../../lab/fake-github/pull-requests.js';
import { createWebhookServer, type WebhookAnswer } from '../../src/starter/webhook-server.js';
import { openPolledGitHost } from '../../src/starter/poll-git-host.js';
import type { RepositorySettings } from '../../src/starter/settings.js';
import { GitHostFailed } from '../../src/tools/git-host/git-host-failed.js';
import { openGitHub } from '../../src/tools/git-host/github.js';
import { upsertComment } from '../../src/tools/git-host/github-comments.js';
import { setCheck } from '../../src/tools/git-host/github-checks.js';
import { permissionOf } from '../../src/tools/git-host/github-people.js';
import { headOf, pullRequestsMergedSince, pullRequestsOf } from '../../src/tools/git-host/github-pulls.js';
import { remoteHead } from '../../src/tools/git/remote-head.js';
import type { Delivery } from '../../src/workflows/delivery-messages.js';
import { aRepository } from './a-starter.js';

const secret = 'a-secret-of-thirty-two-characters';
const started: Delivery[] = [];
const reported: WebhookAnswer[] = [];
const faults = new FaultPlan();
let folder: string;
let gitHost: FakeGitHub;
let repository: GitHostRepository;
let ada: Person;
let settings: RepositorySettings;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-test-on-the-git-host-'));
  gitHost = await startFakeGitHub({ folder, faults });
  repository = await gitHost.createRepository('acme/home-ops', {
    files: { 'slipway.yaml': 'talos: v1.12.1\n' },
  });
  ada = gitHost.person('ada', { 'acme/home-ops': 'write' });
  writeFileSync(path.join(folder, 'token'), ada.token);
  const url = `${gitHost.url}/acme/home-ops.git`;
  const access = { token: { file: 'token' } };
  settings = aRepository({ api: gitHost.api, url, access, base: folder, pauses: 'none' });
  started.length = 0;
  reported.length = 0;
});
afterEach(async () => {
  faults.disarm();
  await gitHost.stop();
  rmSync(folder, { recursive: true });
});

async function aPull(files: Record<string, string>, branch = 'renovate/talos') {
  await commitTo(repository, { branch, files, message: 'Update Talos' }, ada.account);
  return openPull(repository, { title: 'Update Talos', head: branch, base: 'main' }, ada.account);
}

/** A delivery in a few words. */
const words = ({ event }: Delivery): string =>
  event.kind === 'pull-request' ? `${event.kind} ${event.action}` : event.kind;

describe('webhooks of the git host', () => {
  const open = async () => {
    const webhookServer = createWebhookServer({
      repositories: [settings],
      signed: [{ name: settings.name, secrets: [secret] }],
      start: (delivery) => {
        const again = started.some(({ id }) => id === delivery.id);
        if (!again) started.push(delivery);
        return Promise.resolve(again ? 'duplicate' : 'accepted');
      },
      whyNotReady: () => Promise.resolve(undefined),
      tell: (answer) => reported.push(answer),
      now: () => new Date(),
    });
    await webhookServer.listen({ host: '127.0.0.1', port: 0 });
    const { port } = webhookServer.server.address() as AddressInfo;
    gitHost.hook(repository, `http://127.0.0.1:${port}/webhooks/github`, secret, [
      'push',
      'pull_request',
      'issue_comment',
    ]);
    return webhookServer;
  };

  test('are the life of a pull request', async () => {
    const webhookServer = await open();
    const { number } = await aPull({ 'slipway.yaml': 'talos: v1.12.6\n' });
    changeLabels(repository, number, { add: ['upgrade-pets'] }, ada.account);
    writeComment(repository, number, '/slipway plan', ada.account);
    const before = (await repository.git.heads()).get('main');
    const after = await mergePull(repository, number, {}, ada.account);
    await gitHost.settled();
    expect(reported.filter(({ status }) => status !== 202)).toEqual([]);
    expect(started.map(words).toSorted()).toEqual([
      'comment',
      'pull-request merged',
      'pull-request opened',
      'pull-request updated',
      'push',
    ]);
    const events = started.map(({ event }) => event);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'push', before, after, forced: false, by: 'ada' }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ action: 'merged', mergeCommit: after, labels: ['upgrade-pets'] }),
    );
    await webhookServer.close();
  });

  test('of a forced push say so, and those of a fork start nothing before its merge', async () => {
    const webhookServer = await open();
    const first = (await repository.git.heads()).get('main') ?? '';
    await commitTo(repository, { branch: 'main', files: { a: '1' }, message: 'A' }, ada.account);
    await moveBranch(repository, 'main', first, ada.account);
    const mallory = gitHost.person('mallory', { 'acme/home-ops': 'read' });
    const fork = await gitHost.fork(repository, 'mallory');
    await commitTo(fork, { branch: 'talos', files: { b: '2' }, message: 'B' }, mallory.account);
    const pull = await openPull(
      repository,
      { title: 'B', head: 'mallory:talos', base: 'main' },
      mallory.account,
    );
    await gitHost.settled();
    expect(started.map(({ event }) => event.kind === 'push' && event.forced)).toEqual(
      expect.arrayContaining([false, true]),
    );
    expect(started.map(words)).toEqual(['push', 'push']);
    await mergePull(repository, pull.number, {}, ada.account);
    await gitHost.settled();
    expect(started.map(words).toSorted()).toEqual(['pull-request merged', 'push', 'push', 'push']);
    await webhookServer.close();
  });
});

describe('the git host is asked', () => {
  test('for what changed, and where it stands by git itself', async () => {
    const polled = await openPolledGitHost(settings, () => new Date());
    const head = (await repository.git.heads()).get('main');
    expect(await polled.head()).toBe(head);
    expect(await remoteHead({ ...settings, gitHost: 'git' })).toBe(head);
    const { number } = await aPull({ 'slipway.yaml': 'talos: v1.12.6\n' });
    writeComment(repository, number, '/slipway approve 3f2a', ada.account);
    writeComment(repository, number, 'fine', ada.account);
    expect(await polled.head()).toBeUndefined();
    expect(await polled.pullRequests()).toMatchObject([{ number, head: { repository: 'acme/home-ops' } }]);
    expect(await polled.comments()).toMatchObject([{ number, by: 'ada', body: '/slipway approve 3f2a' }]);
    expect([await polled.head(), await polled.pullRequests()]).toEqual([undefined, undefined]);
    // `since` includes comments of that same second: the poll knows them by their ids.
    expect(await polled.comments()).toHaveLength(1);
    expect(await polled.comments()).toBeUndefined();
    const since = new Date(Date.now() - 60_000).toISOString();
    const merged = await mergePull(repository, number, { method: 'squash' }, ada.account);
    expect(await polled.head()).toBe(merged);
    const github = await openGitHub(settings);
    expect((await pullRequestsOf(github, merged, 'main')).map((one) => one.number)).toEqual([number]);
    expect(await pullRequestsMergedSince(github, 'main', since, undefined)).toMatchObject({
      value: [{ number, mergeCommit: merged }],
    });
  });

  test('who may do what', async () => {
    const github = await openGitHub(settings);
    gitHost.person('bob', { 'acme/home-ops': 'triage' });
    expect(await permissionOf(github, 'ada')).toBe('write');
    expect(await permissionOf(github, 'bob')).toBe('triage');
    expect(await permissionOf(github, 'nobody')).toBe('none');
  });
});

describe('the git host is notified', () => {
  test.each(['token', 'app'] as const)('by %s: one comment, one check, however often', async (by) => {
    const app = gitHost.app(
      'slipway',
      { metadata: 'read', contents: 'read', pull_requests: 'write', checks: 'write' },
      [repository],
    );
    writeFileSync(path.join(folder, 'app.pem'), app.key);
    const access = { app: { id: app.id, installation: app.installation, key: { file: 'app.pem' } } };
    const github = await openGitHub(by === 'app' ? { ...settings, access } : settings);
    const { number, head } = await aPull({ 'slipway.yaml': 'talos: v1.12.6\n' });
    const outcomes: string[] = [];
    for (const text of ['first', 'first', 'second'])
      outcomes.push((await upsertComment(github, { number, marker: 'plan/prox-ops' }, text)).outcome);
    expect(outcomes).toEqual(['created', 'unchanged', 'updated']);
    expect([...repository.comments.values()].map(({ body }) => body)).toEqual([
      '<!-- slipway:plan/prox-ops -->\nsecond',
    ]);
    const check = { name: 'slipway/prox-ops', title: 'waits', summary: '# Plan' } as const;
    expect(await setCheck(github, head.sha, { ...check, state: 'pending' })).toBe(
      by === 'app' ? 'check-run' : 'status',
    );
    await setCheck(github, head.sha, { ...check, state: 'success' });
  });

  test('by two at once: one comment, and the other finds it', async () => {
    const { number } = await aPull({ 'slipway.yaml': 'talos: v1.12.6\n' });
    const both = await Promise.all([openGitHub(settings), openGitHub(settings)]);
    const place = { number, marker: 'plan/prox-ops' };
    await Promise.all(both.map((github) => upsertComment(github, place, 'x')));
    expect([...repository.comments.values()].map(({ body }) => body)).toEqual([
      '<!-- slipway:plan/prox-ops -->\nx',
    ]);
    const [github] = both;
    expect(await upsertComment(github, place, 'y', { first: true })).toMatchObject({ outcome: 'unchanged' });
  });

  test('an answer that is lost makes no second comment', async () => {
    const github = await openGitHub(settings);
    const { number } = await aPull({ 'slipway.yaml': 'talos: v1.12.6\n' });
    faults.arm({ name: 'github-answer-lost' });
    const place = { number, marker: 'plan/prox-ops' };
    await expect(upsertComment(github, place, 'x')).rejects.toBeInstanceOf(GitHostFailed);
    expect(await upsertComment(github, place, 'x')).toMatchObject({ outcome: 'unchanged' });
    expect(repository.comments.size).toBe(1);
  });

  test.each([
    ['github-error', 'works'],
    ['github-limited-twice-over', 'works'],
    ['github-down', 'unreachable'],
    ['github-unreachable', 'unreachable'],
    ['github-token-refused', 'forbidden'],
  ])('%s: %s', async (name, expected) => {
    const github = await openGitHub(settings);
    faults.arm({ name });
    const outcome = await headOf(github, 'main', undefined).then(
      () => 'works',
      (error: unknown) => (error instanceof GitHostFailed ? error.trouble : String(error)),
    );
    expect(outcome).toBe(expected);
  });
});
