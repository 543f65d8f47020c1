import type { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppPermissions } from '../../../lab/fake-github/permissions.js';
import { HOME_OPS, aFakeGitHub, octokit, octokitOfApp, refusal, type TestGitHub } from './a-fake-github.js';

describe('checks, statuses and deployments of the lab’s GitHub', () => {
  let test: TestGitHub;
  let api: Octokit;
  let sha: string;
  beforeEach(async () => {
    test = await aFakeGitHub();
    api = octokit(test.gitHost, test.carol.token);
    sha = (await api.rest.repos.getBranch({ ...HOME_OPS, branch: 'main' })).data.commit.sha;
  });
  afterEach(() => test.end());

  const anApp = (permissions: AppPermissions, slug = 'slipway'): Octokit => {
    return octokitOfApp(test.gitHost, test.gitHost.app(slug, permissions, [test.repository]));
  };

  it('accepts check runs from apps only, and changes from the app that created them only', async () => {
    const slipway = anApp({ checks: 'write' });
    const run = { ...HOME_OPS, name: 'slipway plan', head_sha: sha, status: 'in_progress' } as const;
    expect(await refusal(api.rest.checks.create(run))).toMatchObject({
      status: 403,
      message: 'You must authenticate via a GitHub App.',
    });
    const { data: made } = await slipway.rest.checks.create(run);
    expect(made).toMatchObject({
      status: 'in_progress',
      conclusion: null,
      completed_at: null,
      app: { slug: 'slipway' },
    });
    const other = anApp({ checks: 'write' }, 'other');
    const change = { ...HOME_OPS, check_run_id: made.id, conclusion: 'success' } as const;
    expect(await refusal(other.rest.checks.update(change))).toMatchObject({ status: 403 });
    const output = { title: 'Patch', summary: '3 nodes' };
    await slipway.rest.checks.update({ ...change, output });
    const { data: found } = await slipway.rest.checks.listForRef({
      ...HOME_OPS,
      ref: 'main',
      check_name: 'slipway plan',
    });
    expect(found).toMatchObject({
      total_count: 1,
      check_runs: [{ status: 'completed', conclusion: 'success', output }],
    });
  });

  it('lists the newest run of a name, or all of them', async () => {
    const slipway = anApp({ checks: 'write' });
    const run = { ...HOME_OPS, name: 'plan', head_sha: sha };
    await slipway.rest.checks.create({ ...run, conclusion: 'failure' });
    await slipway.rest.checks.create({ ...run, conclusion: 'success' });
    const listed = async (filter: 'latest' | 'all') =>
      (await slipway.rest.checks.listForRef({ ...HOME_OPS, ref: sha, filter })).data.check_runs;
    expect((await listed('latest')).map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect((await listed('all')).map(({ conclusion }) => conclusion)).toEqual(['success', 'failure']);
  });

  it('wants a conclusion of what is completed, a commit that is there, and texts of GitHub’s length', async () => {
    const slipway = anApp({ checks: 'write' });
    const run = { ...HOME_OPS, name: 'x', head_sha: sha };
    const bare = refusal(slipway.rest.checks.create({ ...run, status: 'completed' }));
    expect(await bare).toMatchObject({ status: 422, errors: [{ field: 'conclusion' }] });
    expect(await refusal(slipway.rest.checks.create({ ...run, head_sha: 'a'.repeat(40) }))).toMatchObject({
      status: 422,
    });
    const output = { title: 'x', summary: 'x'.repeat(65_536) };
    expect(await refusal(slipway.rest.checks.create({ ...run, output }))).toMatchObject({ status: 422 });
  });

  it('takes commit statuses, whose newest counts, with descriptions of 140 characters', async () => {
    const set = (state: 'pending' | 'success' | 'failure', context: string, description = '') =>
      api.rest.repos.createCommitStatus({ ...HOME_OPS, sha, state, context, description });
    const combined = async () =>
      (await api.rest.repos.getCombinedStatusForRef({ ...HOME_OPS, ref: 'main' })).data.state;
    expect(await combined()).toBe('pending');
    await set('pending', 'slipway');
    await set('success', 'slipway');
    expect(await combined()).toBe('success');
    await set('failure', 'other');
    expect(await combined()).toBe('failure');
    const { data: all } = await api.rest.repos.listCommitStatusesForRef({ ...HOME_OPS, ref: sha });
    expect(all.map(({ state }) => state)).toEqual(['failure', 'success', 'pending']);
    await set('success', 'x', 'x'.repeat(140));
    const tooLong = await refusal(set('success', 'x', 'x'.repeat(141)));
    expect(JSON.stringify(tooLong.errors)).toContain('maximum is 140 characters');
  });

  it('takes deployments once every check is a success, or without asking', async () => {
    const { data: first } = await api.rest.repos.createDeployment({
      ...HOME_OPS,
      ref: 'main',
      environment: 'prox-ops',
    });
    if (!('id' in first)) throw new Error('it was not made');
    await api.rest.repos.createCommitStatus({ ...HOME_OPS, sha, state: 'pending', context: 'slipway' });
    const asked = await refusal(api.rest.repos.createDeployment({ ...HOME_OPS, ref: 'main' }));
    expect(asked).toMatchObject({ status: 409, message: 'Conflict: Commit status checks failed for main.' });
    await api.rest.repos.createDeployment({
      ...HOME_OPS,
      ref: sha,
      environment: 'prox-ops',
      required_contexts: [],
    });
    const deployment = { ...HOME_OPS, deployment_id: Number(first.id) };
    await api.rest.repos.createDeploymentStatus({
      ...deployment,
      state: 'in_progress',
      description: 'node 1 of 3',
    });
    await api.rest.repos.createDeploymentStatus({ ...deployment, state: 'success' });
    const { data: statuses } = await api.rest.repos.listDeploymentStatuses(deployment);
    expect(statuses.map(({ state }) => state)).toEqual(['success', 'in_progress']);
    const { data: all } = await api.rest.repos.listDeployments({ ...HOME_OPS, environment: 'prox-ops' });
    expect(all.map(({ ref }) => ref)).toEqual([sha, 'main']);
    const tooLong = api.rest.repos.createDeploymentStatus({
      ...deployment,
      state: 'success',
      description: 'x'.repeat(141),
    });
    expect(await refusal(tooLong)).toMatchObject({ status: 422 });
  });

  it('deploys no branch that is behind, which GitHub would merge into', async () => {
    await test.repository.gitHost.exclusively(async () => {
      const { git } = test.repository;
      const by = { name: 'x', email: 'x@y.invalid' };
      const at = new Date();
      await git.commit({ branch: 'old', parent: sha, files: { b: '1' }, message: 'B', by, at });
      await git.commit({ branch: 'main', parent: sha, files: { a: '1' }, message: 'A', by, at });
    });
    expect(await refusal(api.rest.repos.createDeployment({ ...HOME_OPS, ref: 'old' }))).toMatchObject({
      status: 409,
    });
    expect(
      (await api.rest.repos.createDeployment({ ...HOME_OPS, ref: 'old', auto_merge: false })).status,
    ).toBe(201);
  });
});
