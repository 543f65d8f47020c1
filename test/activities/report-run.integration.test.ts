import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { commitTo } from '../../lab/fake-github/branches.js';
import { startFakeGitHub, type FakeGitHub } from '../../lab/fake-github/fake-github.js';
import type { GitHostRepository } from '../../lab/fake-github/hosted-repository.js';
import { mergePull, openPull } from '../../lab/fake-github/pull-requests.js';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import { reportRun, type RunReported } from '../../src/activities/report-run.js';
import type { Message } from '../../src/planning/messages/message.js';
import type { Origin } from '../../src/planning/plan/plan.js';
import { everyMessage } from '../planning/messages/every-message.js';
import { aRepository } from '../starter/a-starter.js';
import { runAttempt } from './an-activity.js';

const faults = new FaultPlan();
let folder: string;
let gitHost: FakeGitHub;
let repository: GitHostRepository;
let origin: Origin;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-report-run-'));
  gitHost = await startFakeGitHub({ folder, faults });
  repository = await gitHost.createRepository('acme/home-ops', { files: { 'slipway.yaml': 'a: 1\n' } });
  const { account, token } = gitHost.person('ada', { 'acme/home-ops': 'write' });
  writeFileSync(path.join(folder, 'token'), token);
  await commitTo(repository, { branch: 'b', files: { 'slipway.yaml': 'a: 2\n' }, message: 'A' }, account);
  const { number } = await openPull(repository, { title: 'A', head: 'b', base: 'main' }, account);
  const commit = await mergePull(repository, number, { method: 'merge' }, account);
  origin = {
    repository: 'acme/home-ops',
    commit,
    pullRequest: number,
    delivery: 'd1',
    gitHost: aRepository({
      api: gitHost.api,
      url: `${gitHost.url}/acme/home-ops.git`,
      access: { token: { file: 'token' } },
      base: folder,
      pauses: 'none',
    }),
  };
});
afterEach(async () => {
  faults.disarm();
  await gitHost.stop();
  rmSync(folder, { recursive: true });
});

function settingsOf(of: Partial<Origin>): ActivitySettings {
  const inputOf = () => Promise.resolve({ request: { origin: { ...origin, ...of } } });
  return { credentialsFolder: undefined, repositoriesFolder: folder, inputOf } as unknown as ActivitySettings;
}

async function report(message: Message, of: Partial<Origin> = {}): Promise<RunReported> {
  const settings = settingsOf(of);
  return runAttempt(() =>
    reportRun(settings, { cluster: 'prox-ops', run: 42, message, board: everyMessage.board }),
  ).ended;
}

const bodies = (): string[] => [...repository.comments.values()].map(({ body }) => body);
const deployments = () =>
  [...repository.deployments.values()].map(({ environment, task, sha, statuses }) => ({
    environment,
    task,
    sha,
    states: statuses.map(({ state }) => state),
  }));

describe('the fake GitHub is notified', () => {
  test('of the state of a run: by one deployment, and one comment', async () => {
    expect(await report(everyMessage.start)).toEqual({ deployment: 'reported', comment: 'created' });
    expect(await report(everyMessage.done)).toEqual({ deployment: 'reported', comment: 'updated' });
    expect(deployments()).toEqual([
      {
        environment: 'prox-ops',
        task: 'slipway:run-42',
        sha: origin.commit,
        states: ['in_progress', 'success'],
      },
    ]);
    expect(bodies()).toEqual([expect.stringContaining('<!-- slipway:run/prox-ops/42 -->')]);
    expect(bodies()[0]).toContain('is done');
    expect(bodies()[0]).toContain('✓ k8s-ctrl-1 v1.12.6 3m12s');
  });

  test('of the same state once, however often it is reported', async () => {
    await report(everyMessage.halt);
    expect(await report(everyMessage.halt)).toEqual({ deployment: 'unchanged', comment: 'unchanged' });
    expect(deployments()[0]?.states).toEqual(['failure']);
  });

  test('at the end of an incomplete run, of how to make git match what runs', async () => {
    await report(everyMessage.ended);
    const [body = ''] = bodies();
    expect(body).toContain('press Revert at this pull request');
    expect(body.split(`git revert ${origin.commit.slice(0, 12)} `)).toHaveLength(2);
    expect(body).not.toContain('home-ops/pull/12');
    await report(everyMessage.done);
    expect(bodies()[0]).not.toContain('Revert');
  });

  test('of another commit by another deployment, though its run has the same number', async () => {
    await report(everyMessage.start);
    const { account } = gitHost.person('ada', {});
    const commit = await commitTo(
      repository,
      { branch: 'main', files: { 'slipway.yaml': 'a: 3\n' }, message: 'B' },
      account,
    );
    await report(everyMessage.done, { commit });
    expect(deployments().map(({ sha, states }) => [sha, ...states])).toEqual([
      [origin.commit, 'in_progress'],
      [commit, 'success'],
    ]);
  });

  test('of a run that a newer merge superseded, as no failure', async () => {
    const reason = { kind: 'superseded', target: 'v1.12.7', commit: 'c0ffee'.repeat(6) } as const;
    await report({ ...everyMessage.ended, outcome: 'refused', reasons: [reason] });
    expect(deployments()[0]?.states).toEqual(['inactive']);
  });

  test('of what to type where a plan waits for approval', async () => {
    await report(everyMessage.approval);
    const { plan } = everyMessage.approval;
    expect(bodies()[0]).toContain(`/slipway approve ${plan.slice(0, 12)} REASON`);
    expect(deployments()[0]?.states).toEqual(['queued']);
  });

  test('in one line of 140 characters at most, however long and wild what it waits for is', async () => {
    const wild = '@everyone <script>x</script> [a](javascript:b)\n## c ';
    await report({ ...everyMessage.waiting, what: `${wild}${'🛥️'.repeat(200)}` });
    const [deployment] = [...repository.deployments.values()];
    const { description = '' } = deployment?.statuses.at(-1) ?? {};
    expect(description.length).toBeLessThanOrEqual(140);
    expect(description).toMatch(/^[^\n]+…$/);
    // No half of a pair.
    expect(description).not.toMatch(/\p{Cs}/u);
    const [body = ''] = bodies();
    expect(body).not.toMatch(/^## c|@everyone|[^\\]<script>|[^\\]\]\(javascript/m);
  });

  test('with a link only where GitHub accepts its address', async () => {
    const logs = (): (string | undefined)[] =>
      [...repository.deployments.values()].flatMap(({ statuses }) => statuses.map(({ logUrl }) => logUrl));
    await report({ ...everyMessage.start, link: 'http://temporal.lan/run/42' });
    await report({ ...everyMessage.done, link: 'https://temporal.lan/run/42' });
    expect(logs()).toEqual(['', 'https://temporal.lan/run/42']);
  });

  test('of one run, and the comment of another stays', async () => {
    await report(everyMessage.done);
    const step = { cluster: 'prox-ops', run: 43, message: { ...everyMessage.done, run: 43 } };
    const settings = settingsOf({});
    await runAttempt(() => reportRun(settings, step)).ended;
    expect(deployments().map(({ task, states }) => [task, ...states])).toEqual([
      ['slipway:run-42', 'success'],
      ['slipway:run-43', 'success'],
    ]);
  });

  test('by one deployment, though the answer to the first request is lost', async () => {
    faults.arm({ name: 'github-answer-lost' });
    expect(await report(everyMessage.start)).toMatchObject({ deployment: 'reported', comment: 'created' });
    expect(deployments()).toMatchObject([{ task: 'slipway:run-42', states: ['in_progress'] }]);
    expect(bodies()).toHaveLength(1);
  });

  test('of nothing where the run came from no git host', async () => {
    const { gitHost: _none, ...elsewhere } = origin;
    const inputOf = () => Promise.resolve({ request: { origin: elsewhere } });
    const settings = { repositoriesFolder: folder, inputOf } as unknown as ActivitySettings;
    const step = { cluster: 'prox-ops', run: 42, message: everyMessage.start };
    expect(await runAttempt(() => reportRun(settings, step)).ended).toEqual({});
    expect([deployments(), bodies()]).toEqual([[], []]);
  });

  test('without a comment where no pull request brought the run', async () => {
    const { pullRequest: _none, ...pushed } = origin;
    const inputOf = () => Promise.resolve({ request: { origin: pushed } });
    const settings = {
      credentialsFolder: undefined,
      repositoriesFolder: folder,
      inputOf,
    } as unknown as ActivitySettings;
    const step = { cluster: 'prox-ops', run: 42, message: everyMessage.start };
    expect(await runAttempt(() => reportRun(settings, step)).ended).toEqual({ deployment: 'reported' });
    expect(bodies()).toEqual([]);
  });
});

describe('a fake GitHub that cannot be notified', () => {
  test('of deployments, by an app that may create none, gets a check of the commit', async () => {
    const may = { metadata: 'read', contents: 'read', pull_requests: 'write', checks: 'write' } as const;
    const app = gitHost.app('slipway', may, [repository]);
    writeFileSync(path.join(folder, 'app.pem'), app.key);
    const access = { app: { id: app.id, installation: app.installation, key: { file: 'app.pem' } } };
    const { gitHost: own } = origin;
    if (!own) throw new Error('the merge has no git host');
    const reported = await report(everyMessage.done, { gitHost: { ...own, access } });
    expect(reported).toEqual({ deployment: 'status', comment: 'created' });
    expect(bodies()[0]).toMatch(/makes? no deployments.*slipway\/prox-ops\/run.*Deployments, read and write/);
    expect([...repository.checkRuns.values()]).toEqual([
      expect.objectContaining({ name: 'slipway/prox-ops/run', sha: origin.commit, conclusion: 'success' }),
    ]);
  });

  test('holds up nothing: its error is a result', async () => {
    faults.arm({ name: 'comment-refused' });
    const reported = await report(everyMessage.start);
    expect(reported).toMatchObject({ deployment: 'reported' });
    expect(reported.why).toMatch(/comment/);
  });

  test('is notified when it has the time again', async () => {
    faults.arm({ name: 'github-limited' });
    expect(await report(everyMessage.start)).toEqual({ deployment: 'reported', comment: 'created' });
  });

  test('rejects our token: that is a result too, and holds no secret', async () => {
    faults.arm({ name: 'github-token-refused' });
    const reported = await report(everyMessage.start);
    expect(reported.why).toBeDefined();
    expect(reported).not.toHaveProperty('comment');
  });
});
