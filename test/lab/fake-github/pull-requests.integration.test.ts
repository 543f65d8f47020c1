import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { commitTo, moveBranch } from '../../../lab/fake-github/branches.js';
import { HOME_OPS, SLIPWAY_YAML, aFakeGitHub, octokit, refusal, type TestGitHub } from './a-fake-github.js';

describe('pull requests of the lab’s GitHub', () => {
  let test: TestGitHub;
  let api: Octokit;
  beforeEach(async () => {
    test = await aFakeGitHub();
    api = octokit(test.gitHost, test.carol.token);
  });
  afterEach(() => test.end());

  const bump = (talos: string, branch = 'renovate/talos'): Promise<string> =>
    commitTo(
      test.repository,
      { branch, files: { 'slipway.yaml': SLIPWAY_YAML(talos) }, message: `Talos ${talos}` },
      test.carol.account,
    );
  const open = async (title = 'Update Talos') =>
    (await api.rest.pulls.create({ ...HOME_OPS, title, head: 'renovate/talos', base: 'main' })).data;
  const main = async (): Promise<string> =>
    (await api.rest.repos.getBranch({ ...HOME_OPS, branch: 'main' })).data.commit.sha;

  it('opens one from a branch, and shows what it would change', async () => {
    const base = await main();
    const head = await bump('v1.12.4');
    const made = await open();
    expect(made).toMatchObject({
      number: 1,
      state: 'open',
      merged: false,
      mergeable: true,
      mergeable_state: 'clean',
      commits: 1,
      additions: 1,
      deletions: 1,
      changed_files: 1,
      head: { ref: 'renovate/talos', sha: head, repo: { full_name: 'acme/home-ops' } },
      base: { ref: 'main', sha: base },
      user: { login: 'carol' },
      author_association: 'COLLABORATOR',
    });
    const { data: files } = await api.rest.pulls.listFiles({ ...HOME_OPS, pull_number: 1 });
    expect(files).toMatchObject([
      { filename: 'slipway.yaml', status: 'modified', additions: 1, deletions: 1 },
    ]);
  });

  it('names the files that come, go and change', async () => {
    const files = { 'slipway.yaml': null, 'a "b"/ä.txt': 'x\ny\n', 'README.md': '# Other\n' };
    await commitTo(test.repository, { branch: 'renovate/talos', files, message: 'X' }, test.carol.account);
    await open();
    const { data } = await api.rest.pulls.listFiles({ ...HOME_OPS, pull_number: 1 });
    expect(data.map(({ status, additions, deletions }) => [status, additions, deletions])).toEqual([
      ['modified', 1, 1],
      ['added', 2, 0],
      ['removed', 0, 2],
    ]);
    const range = { ...HOME_OPS, basehead: 'main...renovate/talos' };
    const { data: compared } = await api.rest.repos.compareCommitsWithBasehead(range);
    expect(compared).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0 });
    expect(compared.files).toEqual(data.map((file) => expect.objectContaining({ filename: file.filename })));
  });

  it.each(['merge', 'squash', 'rebase'] as const)('merges by %s with the real git', async (method) => {
    const base = await main();
    const head = await bump('v1.12.4');
    await commitTo(
      test.repository,
      { branch: 'main', files: { other: 'x' }, message: 'Other' },
      test.carol.account,
    );
    await open('A title');
    const before = await main();
    const { data } = await api.rest.pulls.merge({
      ...HOME_OPS,
      pull_number: 1,
      merge_method: method,
      sha: head,
    });
    expect(data).toMatchObject({ merged: true, sha: await main() });
    const { data: commit } = await api.rest.repos.getCommit({ ...HOME_OPS, ref: data.sha });
    const parents = { merge: [before, head], squash: [before], rebase: [before] }[method];
    expect(commit.parents.map(({ sha }) => sha)).toEqual(parents);
    const subjects = {
      merge: 'Merge pull request #1 from acme/renovate/talos',
      squash: 'A title (#1)',
      rebase: 'Talos v1.12.4',
    };
    expect(commit.commit.message.split('\n')[0]).toBe(subjects[method]);
    const { data: pull } = await api.rest.pulls.get({ ...HOME_OPS, pull_number: 1 });
    expect(pull).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: data.sha,
      merged_by: { login: 'carol' },
    });
    expect(await test.repository.git.isAncestor(base, data.sha)).toBe(true);
    expect((await api.rest.pulls.checkIfMerged({ ...HOME_OPS, pull_number: 1 })).status).toBe(204);
  });

  it('finds the pull request of a merge commit, for each merge method', async () => {
    await bump('v1.12.4');
    await open();
    const { data } = await api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1, merge_method: 'squash' });
    const { data: pulls } = await api.rest.repos.listPullRequestsAssociatedWithCommit({
      ...HOME_OPS,
      commit_sha: data.sha,
    });
    expect(pulls.map(({ number }) => number)).toEqual([1]);
    expect(pulls[0]?.merged_at).toMatch(/^\d{4}-/);
    expect(pulls[0]).not.toHaveProperty('merged');
  });

  it('does not merge what conflicts, and says so', async () => {
    await bump('v1.12.4');
    await commitTo(
      test.repository,
      { branch: 'main', files: { 'slipway.yaml': SLIPWAY_YAML('v1.13.0') }, message: 'Other' },
      test.carol.account,
    );
    expect(await open()).toMatchObject({
      mergeable: false,
      mergeable_state: 'dirty',
      merge_commit_sha: null,
    });
    const before = await main();
    expect(await refusal(api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1 }))).toMatchObject({
      status: 405,
    });
    expect(await main()).toBe(before);
  });

  it('does not merge another head than the one that was meant, nor twice, nor a draft', async () => {
    const first = await bump('v1.12.4');
    await open();
    await bump('v1.12.5');
    expect(await refusal(api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1, sha: first }))).toMatchObject({
      status: 409,
    });
    await api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1 });
    expect(await refusal(api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1 }))).toMatchObject({
      status: 405,
    });
    await bump('v1.12.6', 'draft');
    await api.rest.pulls.create({ ...HOME_OPS, title: 'Draft', head: 'draft', base: 'main', draft: true });
    expect(await refusal(api.rest.pulls.merge({ ...HOME_OPS, pull_number: 2 }))).toMatchObject({
      status: 405,
    });
  });

  it('refuses a second one of the same branch, one with nothing in it, and one from no branch', async () => {
    await bump('v1.12.4');
    await open();
    const again = await refusal(open());
    expect(again).toMatchObject({ status: 422 });
    expect(JSON.stringify(again.errors)).toContain('already exists for acme:renovate/talos');
    await moveBranch(test.repository, 'same', await main(), test.carol.account);
    const nothing = await refusal(
      api.rest.pulls.create({ ...HOME_OPS, title: 'x', head: 'same', base: 'main' }),
    );
    expect(JSON.stringify(nothing.errors)).toContain('No commits between main and same');
    const none = await refusal(
      api.rest.pulls.create({ ...HOME_OPS, title: 'x', head: 'none', base: 'main' }),
    );
    expect(none).toMatchObject({ status: 422, errors: [{ field: 'head', code: 'invalid' }] });
  });

  it('follows its branch: a push is its new head, a branch that is gone closes it', async () => {
    await bump('v1.12.4');
    await open();
    const second = await bump('v1.12.5');
    const shown = async () => (await api.rest.pulls.get({ ...HOME_OPS, pull_number: 1 })).data;
    expect(await shown()).toMatchObject({ head: { sha: second }, commits: 2 });
    await moveBranch(test.repository, 'renovate/talos', undefined, test.carol.account);
    expect(await shown()).toMatchObject({ state: 'closed', merged: false });
  });

  it('is merged when a user pushes its commits to the base', async () => {
    const head = await bump('v1.12.4');
    await open();
    await moveBranch(test.repository, 'main', head, test.carol.account);
    const { data } = await api.rest.pulls.get({ ...HOME_OPS, pull_number: 1 });
    expect(data).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: head });
  });

  it('takes one from a fork, whose branch is in another repository', async () => {
    const mallory = test.gitHost.person('mallory', { 'acme/home-ops': 'read' });
    const fork = await test.gitHost.fork(test.repository, 'mallory');
    const sha = await commitTo(
      fork,
      { branch: 'evil', files: { 'slipway.yaml': 'x: $(id)\n' }, message: 'Hi' },
      mallory.account,
    );
    const { data } = await octokit(test.gitHost, mallory.token).rest.pulls.create({
      ...HOME_OPS,
      title: 'Free money',
      head: 'mallory:evil',
      base: 'main',
    });
    expect(data).toMatchObject({
      head: { sha, label: 'mallory:evil', repo: { full_name: 'mallory/home-ops', fork: true } },
      base: { repo: { full_name: 'acme/home-ops' } },
      author_association: 'COLLABORATOR',
    });
    const byHer = octokit(test.gitHost, mallory.token).rest.pulls.merge({ ...HOME_OPS, pull_number: 1 });
    expect(await refusal(byHer)).toMatchObject({ status: 403 });
    await commitTo(fork, { branch: 'evil', files: { more: 'x' }, message: 'More' }, mallory.account);
    expect((await api.rest.pulls.get({ ...HOME_OPS, pull_number: 1 })).data.commits).toBe(2);
    await api.rest.pulls.merge({ ...HOME_OPS, pull_number: 1 });
    expect(await test.repository.git.isAncestor(sha, await main())).toBe(true);
  });

  it('takes none from a fork that is behind and has nothing of its own', async () => {
    await test.gitHost.fork(test.repository, 'mallory');
    await commitTo(test.repository, { branch: 'main', files: { a: '1' }, message: 'A' }, test.carol.account);
    const behind = api.rest.pulls.create({ ...HOME_OPS, title: 'x', head: 'mallory:main', base: 'main' });
    expect(JSON.stringify((await refusal(behind)).errors)).toContain('No commits between');
  });

  it('goes on when a repository and its fork are pushed to at the same time', async () => {
    const { account } = test.gitHost.person('mallory', { 'acme/home-ops': 'read' });
    const fork = await test.gitHost.fork(test.repository, 'mallory');
    await Promise.all(
      [fork, test.repository, fork, test.repository].map((repository, place) =>
        commitTo(repository, { branch: `b${place}`, files: { a: 'x' }, message: 'X' }, account),
      ),
    );
    expect([...(await fork.git.heads()).keys()]).toEqual(['b0', 'b2', 'main']);
    expect([...(await test.repository.git.heads()).keys()]).toEqual(['b1', 'b3', 'main']);
  });

  it('lists by state, head, base and time, a page at a time', async () => {
    for (const name of ['a', 'b', 'c']) {
      await bump(`v1.12.${name.codePointAt(0)}`, name);
      await api.rest.pulls.create({ ...HOME_OPS, title: name, head: name, base: 'main' });
    }
    await api.rest.pulls.update({ ...HOME_OPS, pull_number: 2, state: 'closed' });
    const titles = async (query: object): Promise<string[]> =>
      (await api.rest.pulls.list({ ...HOME_OPS, ...query })).data.map(({ title }) => title);
    expect(await titles({})).toEqual(['c', 'a']);
    expect(await titles({ state: 'closed' })).toEqual(['b']);
    expect(await titles({ state: 'all', direction: 'asc' })).toEqual(['a', 'b', 'c']);
    expect(await titles({ head: 'acme:c' })).toEqual(['c']);
    expect(await titles({ base: 'other' })).toEqual([]);
    const all = await api.paginate(api.rest.pulls.list, { ...HOME_OPS, state: 'all', per_page: 2 });
    expect(all.map(({ title }) => title)).toEqual(['c', 'b', 'a']);
  });

  it('wears labels, which are made where there is none of the name', async () => {
    await bump('v1.12.4');
    await open();
    await api.rest.issues.addLabels({ ...HOME_OPS, issue_number: 1, labels: ['upgrade-pets', 'talos'] });
    await api.rest.issues.removeLabel({ ...HOME_OPS, issue_number: 1, name: 'talos' });
    const { data } = await api.rest.pulls.get({ ...HOME_OPS, pull_number: 1 });
    expect(data.labels.map(({ name }) => name)).toEqual(['upgrade-pets']);
    await api.rest.issues.setLabels({ ...HOME_OPS, issue_number: 1, labels: ['upgrade-cattle'] });
    const { data: labels } = await api.rest.issues.listLabelsOnIssue({ ...HOME_OPS, issue_number: 1 });
    expect(labels.map(({ name }) => name)).toEqual(['upgrade-cattle']);
    expect(
      await refusal(api.rest.issues.removeLabel({ ...HOME_OPS, issue_number: 1, name: 'talos' })),
    ).toMatchObject({
      status: 404,
    });
  });

  it('keeps a title that would hurt as it is', async () => {
    await bump('v1.12.4');
    const title = '<script>alert(1)</script> @everyone [x](javascript:1) \u202E$(id)';
    expect((await open(title)).title).toBe(title);
    expect(
      await refusal(api.rest.pulls.update({ ...HOME_OPS, pull_number: 1, title: 'x'.repeat(257) })),
    ).toMatchObject({
      status: 422,
    });
  });
});
