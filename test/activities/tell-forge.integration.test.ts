import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultPlan } from '../../lab/faults/fault-plan.js';
import { commitTo } from '../../lab/forge/branches.js';
import { startForge, type Forge } from '../../lab/forge/forge.js';
import type { ForgeRepository } from '../../lab/forge/forge-repository.js';
import { mergePull, openPull } from '../../lab/forge/pull-requests.js';
import type { ActivitySettings } from '../../src/activities/activity-context.js';
import { tellForge, type ForgeTold } from '../../src/activities/tell-forge.js';
import type { Message } from '../../src/planning/messages/message.js';
import type { Origin } from '../../src/planning/plan/plan.js';
import { everyMessage } from '../planning/messages/every-message.js';
import { aRepository } from '../starter/a-starter.js';
import { runAttempt } from './an-activity.js';

const faults = new FaultPlan();
let folder: string;
let forge: Forge;
let repository: ForgeRepository;
let origin: Origin;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-tell-forge-'));
  forge = await startForge({ folder, faults });
  repository = await forge.createRepository('acme/home-ops', { files: { 'slipway.yaml': 'a: 1\n' } });
  const { account, token } = forge.person('ada', { 'acme/home-ops': 'write' });
  writeFileSync(path.join(folder, 'token'), token);
  await commitTo(repository, { branch: 'b', files: { 'slipway.yaml': 'a: 2\n' }, message: 'A' }, account);
  const { number } = await openPull(repository, { title: 'A', head: 'b', base: 'main' }, account);
  const commit = await mergePull(repository, number, { method: 'merge' }, account);
  origin = {
    repository: 'acme/home-ops',
    commit,
    pullRequest: number,
    delivery: 'd1',
    forge: aRepository({
      api: forge.api,
      url: `${forge.url}/acme/home-ops.git`,
      access: { token: { file: 'token' } },
      base: folder,
      pauses: 'none',
    }),
  };
});
afterEach(async () => {
  faults.disarm();
  await forge.stop();
  rmSync(folder, { recursive: true });
});

function settingsOf(of: Partial<Origin>): ActivitySettings {
  const inputOf = () => Promise.resolve({ request: { origin: { ...origin, ...of } } });
  return { credentialsFolder: undefined, repositoriesFolder: folder, inputOf } as unknown as ActivitySettings;
}

async function tell(message: Message, of: Partial<Origin> = {}): Promise<ForgeTold> {
  const settings = settingsOf(of);
  return runAttempt(() =>
    tellForge(settings, { cluster: 'prox-ops', run: 42, message, board: everyMessage.board }),
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

describe('the forge is told', () => {
  test('how a run stands: by one deployment, and one comment', async () => {
    expect(await tell(everyMessage.start)).toEqual({ deployment: 'told', comment: 'created' });
    expect(await tell(everyMessage.done)).toEqual({ deployment: 'told', comment: 'updated' });
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

  test('the same once, however often it is told', async () => {
    await tell(everyMessage.halt);
    expect(await tell(everyMessage.halt)).toEqual({ deployment: 'unchanged', comment: 'unchanged' });
    expect(deployments()[0]?.states).toEqual(['failure']);
  });

  test('at the end of a run that did not get there, how git is made to say what runs', async () => {
    await tell(everyMessage.ended);
    const [body = ''] = bodies();
    expect(body).toContain('press Revert at this pull request');
    expect(body.split(`git revert ${origin.commit.slice(0, 12)} `)).toHaveLength(2);
    expect(body).not.toContain('home-ops/pull/12');
    await tell(everyMessage.done);
    expect(bodies()[0]).not.toContain('Revert');
  });

  test('of another commit by another deployment, though its run has the same number', async () => {
    await tell(everyMessage.start);
    const { account } = forge.person('ada', {});
    const commit = await commitTo(
      repository,
      { branch: 'main', files: { 'slipway.yaml': 'a: 3\n' }, message: 'B' },
      account,
    );
    await tell(everyMessage.done, { commit });
    expect(deployments().map(({ sha, states }) => [sha, ...states])).toEqual([
      [origin.commit, 'in_progress'],
      [commit, 'success'],
    ]);
  });

  test('that a run made room for a newer merge, as nothing that failed', async () => {
    const reason = { kind: 'superseded', target: 'v1.12.7', commit: 'c0ffee'.repeat(6) } as const;
    await tell({ ...everyMessage.ended, outcome: 'refused', reasons: [reason] });
    expect(deployments()[0]?.states).toEqual(['inactive']);
  });

  test('what to write where a plan waits for approval', async () => {
    await tell(everyMessage.approval);
    const { plan } = everyMessage.approval;
    expect(bodies()[0]).toContain(`/slipway approve ${plan.slice(0, 12)} REASON`);
    expect(deployments()[0]?.states).toEqual(['queued']);
  });

  test('in one line of 140 characters at most, however long and wild what it waits for is', async () => {
    const wild = '@everyone <script>x</script> [a](javascript:b)\n## c ';
    await tell({ ...everyMessage.waiting, what: `${wild}${'🛥️'.repeat(200)}` });
    const [deployment] = [...repository.deployments.values()];
    const { description = '' } = deployment?.statuses.at(-1) ?? {};
    expect(description.length).toBeLessThanOrEqual(140);
    expect(description).toMatch(/^[^\n]+…$/);
    // No half of a pair.
    expect(description).not.toMatch(/\p{Cs}/u);
    const [body = ''] = bodies();
    expect(body).not.toMatch(/^## c|@everyone|[^\\]<script>|[^\\]\]\(javascript/m);
  });

  test('where more is to be read only by an address that GitHub takes', async () => {
    const logs = (): (string | undefined)[] =>
      [...repository.deployments.values()].flatMap(({ statuses }) => statuses.map(({ logUrl }) => logUrl));
    await tell({ ...everyMessage.start, link: 'http://temporal.lan/run/42' });
    await tell({ ...everyMessage.done, link: 'https://temporal.lan/run/42' });
    expect(logs()).toEqual(['', 'https://temporal.lan/run/42']);
  });

  test('of one run, and what stands there of another stays', async () => {
    await tell(everyMessage.done);
    const step = { cluster: 'prox-ops', run: 43, message: { ...everyMessage.done, run: 43 } };
    const settings = settingsOf({});
    await runAttempt(() => tellForge(settings, step)).ended;
    expect(deployments().map(({ task, states }) => [task, ...states])).toEqual([
      ['slipway:run-42', 'success'],
      ['slipway:run-43', 'success'],
    ]);
  });

  test('by one deployment, though the answer to the first request is lost', async () => {
    faults.arm({ name: 'forge-answer-lost' });
    expect(await tell(everyMessage.start)).toMatchObject({ deployment: 'told', comment: 'created' });
    expect(deployments()).toMatchObject([{ task: 'slipway:run-42', states: ['in_progress'] }]);
    expect(bodies()).toHaveLength(1);
  });

  test('nothing where it was no forge that a run comes from', async () => {
    const { forge: _none, ...elsewhere } = origin;
    const inputOf = () => Promise.resolve({ request: { origin: elsewhere } });
    const settings = { repositoriesFolder: folder, inputOf } as unknown as ActivitySettings;
    const step = { cluster: 'prox-ops', run: 42, message: everyMessage.start };
    expect(await runAttempt(() => tellForge(settings, step)).ended).toEqual({});
    expect([deployments(), bodies()]).toEqual([[], []]);
  });

  test('nothing of a comment where no pull request brought it', async () => {
    const { pullRequest: _none, ...pushed } = origin;
    const inputOf = () => Promise.resolve({ request: { origin: pushed } });
    const settings = {
      credentialsFolder: undefined,
      repositoriesFolder: folder,
      inputOf,
    } as unknown as ActivitySettings;
    const step = { cluster: 'prox-ops', run: 42, message: everyMessage.start };
    expect(await runAttempt(() => tellForge(settings, step)).ended).toEqual({ deployment: 'told' });
    expect(bodies()).toEqual([]);
  });
});

describe('a forge that cannot be told', () => {
  test('of deployments, as an app that may make none, is told by a check of the commit', async () => {
    const may = { metadata: 'read', contents: 'read', pull_requests: 'write', checks: 'write' } as const;
    const app = forge.app('slipway', may, [repository]);
    writeFileSync(path.join(folder, 'app.pem'), app.key);
    const access = { app: { id: app.id, installation: app.installation, key: { file: 'app.pem' } } };
    const { forge: own } = origin;
    if (!own) throw new Error('the merge has no forge');
    const told = await tell(everyMessage.done, { forge: { ...own, access } });
    expect(told).toEqual({ deployment: 'status', comment: 'created' });
    expect(bodies()[0]).toMatch(/makes? no deployments.*slipway\/prox-ops\/run.*Deployments, read and write/);
    expect([...repository.checkRuns.values()]).toEqual([
      expect.objectContaining({ name: 'slipway/prox-ops/run', sha: origin.commit, conclusion: 'success' }),
    ]);
  });

  test('holds up nothing: what it says is an answer', async () => {
    faults.arm({ name: 'comment-refused' });
    const told = await tell(everyMessage.start);
    expect(told).toMatchObject({ deployment: 'told' });
    expect(told.why).toMatch(/comment/);
  });

  test('is told when it has the time again', async () => {
    faults.arm({ name: 'forge-limited' });
    expect(await tell(everyMessage.start)).toEqual({ deployment: 'told', comment: 'created' });
  });

  test('says no to our token: that is an answer too, and holds no secret', async () => {
    faults.arm({ name: 'forge-token-refused' });
    const told = await tell(everyMessage.start);
    expect(told.why).toBeDefined();
    expect(told).not.toHaveProperty('comment');
  });
});
