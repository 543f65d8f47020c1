import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commitTo } from '../../../lab/fake-github/branches.js';
import { openPull } from '../../../lab/fake-github/pull-requests.js';
import { git, tryGit } from '../../../lab/processes/git.js';
import { SLIPWAY_YAML, aFakeGitHub, type TestGitHub } from './a-fake-github.js';

describe('git over HTTP from the lab’s GitHub', () => {
  let test: TestGitHub;
  beforeEach(async () => {
    test = await aFakeGitHub();
  });
  afterEach(() => test.end());

  /** As a person types it: the token in a header, by git's own environment. */
  const as = (token?: string): Record<string, string> =>
    token === undefined
      ? {}
      : {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraHeader',
          GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
        };
  const url = (): string => `${test.gitHost.url}/acme/home-ops.git`;
  const work = (): string => path.join(test.folder, 'work');
  const clone = async (token?: string) => {
    mkdirSync(work(), { recursive: true });
    return tryGit(work(), ['clone', '--quiet', url(), 'here'], { env: as(token) });
  };
  const here = (): string => path.join(work(), 'here');
  const pushed = async (file: string, content: string, args: readonly string[], token = test.carol.token) => {
    writeFileSync(path.join(here(), file), content);
    await git(here(), ['add', '--all']);
    await git(here(), ['commit', '--quiet', '--message', `Change ${file}`]);
    return tryGit(here(), ['push', '--quiet', 'origin', ...args], { env: as(token) });
  };

  it('clones for whoever may see it, and for nobody else', async () => {
    expect((await clone()).stderr).toMatch(/could not read Username|Authentication failed/);
    expect((await clone('ghp_wrong')).code).not.toBe(0);
    const stranger = test.gitHost.person('unmanaged');
    expect((await clone(stranger.token)).stderr).toContain('not found');
    expect(await clone(test.carol.token)).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(here(), 'slipway.yaml'), 'utf8')).toBe(SLIPWAY_YAML('v1.12.1'));
  });

  it('accepts pushes from users with write access, and updates webhooks and pull requests', async () => {
    await clone(test.carol.token);
    const reader = test.gitHost.person('reader', { 'acme/home-ops': 'read' });
    expect((await pushed('a', '1', ['HEAD:refs/heads/topic'], reader.token)).stderr).toContain('403');
    expect(await pushed('a', '2', ['HEAD:refs/heads/topic'])).toMatchObject({ code: 0 });
    const head = await git(here(), ['rev-parse', 'HEAD']);
    expect((await test.repository.git.heads()).get('topic')).toBe(head);
    const pull = await openPull(
      test.repository,
      { title: 'T', head: 'topic', base: 'main' },
      test.carol.account,
    );
    await pushed('a', '3', ['HEAD:refs/heads/topic']);
    await test.repository.gitHost.exclusively(() => Promise.resolve());
    expect(pull.head.sha).toBe(await git(here(), ['rev-parse', 'HEAD']));
  });

  it('serves commits by their sha, parts of history, and the refs of pull requests, which nobody may push', async () => {
    await clone(test.carol.token);
    await pushed('a', '1', ['HEAD:refs/heads/topic']);
    await openPull(test.repository, { title: 'T', head: 'topic', base: 'main' }, test.carol.account);
    const sha = await git(here(), ['rev-parse', 'HEAD']);
    const bare = path.join(work(), 'bare.git');
    await git(work(), ['init', '--quiet', '--bare', 'bare.git']);
    const fetch = (...what: string[]) =>
      tryGit(bare, ['fetch', '--quiet', '--depth=1', url(), ...what], { env: as(test.carol.token) });
    expect(await fetch(sha)).toMatchObject({ code: 0 });
    expect(await git(bare, ['show', `${sha}:a`])).toBe('1');
    expect(await fetch('refs/pull/1/head', 'refs/pull/1/merge')).toMatchObject({ code: 0 });
    const forced = await tryGit(here(), ['push', 'origin', 'HEAD:refs/pull/1/head'], {
      env: as(test.carol.token),
    });
    expect(forced.stderr).toContain('hidden ref');
    const listed = await git(work(), ['ls-remote', url(), 'refs/heads/topic'], { env: as(test.carol.token) });
    expect(listed).toBe(`${sha}\trefs/heads/topic`);
  });

  it('has git fail by name: git-down, git-cut, github-unreachable, github-token-refused', async () => {
    const code = async (): Promise<string> => (await clone(test.carol.token)).stderr;
    test.faults.arm({ name: 'git-down' });
    expect(await code()).toContain('503');
    test.faults.disarm();
    test.faults.arm({ name: 'github-token-refused' });
    expect(await code()).toMatch(/Authentication failed|could not read/);
    test.faults.disarm();
    test.faults.arm({ name: 'github-unreachable' });
    expect(await code()).toMatch(/Empty reply|Connection reset|Recv failure/);
    test.faults.disarm();
    test.faults.arm({ name: 'git-cut' });
    expect((await clone(test.carol.token)).code).not.toBe(0);
    expect(existsSync(here())).toBe(false);
    expect(test.faults.fired().map(({ name }) => name)).toContain('git-cut');
    expect(await clone(test.carol.token)).toMatchObject({ code: 0 });
  });

  it('git-behind: branches as they were a commit ago, and nothing newer, while it stands', async () => {
    const [first, second] = [
      (await test.repository.git.heads()).get('main') ?? '',
      await commitTo(
        test.repository,
        { branch: 'main', files: { a: '1' }, message: 'A' },
        test.carol.account,
      ),
    ];
    const bare = path.join(work(), 'bare.git');
    mkdirSync(work());
    await git(work(), ['init', '--quiet', '--bare', 'bare.git']);
    const env = as(test.carol.token);
    const asked = (...args: string[]) => tryGit(bare, args, { env });
    test.faults.arm({ name: 'git-behind' });
    expect((await asked('ls-remote', url(), 'refs/heads/main')).stdout).toContain(first);
    expect(await asked('fetch', '--quiet', url(), 'main')).toMatchObject({ code: 0 });
    expect((await asked('fetch', '--quiet', url(), second)).stderr).toContain('not our ref');
    test.faults.disarm();
    expect(await asked('fetch', '--quiet', url(), second)).toMatchObject({ code: 0 });
  });

  it('logs who asked for what, and no token', async () => {
    await clone(test.carol.token);
    expect(test.gitHost.received()).toContainEqual(
      expect.objectContaining({ path: '/acme/home-ops.git/git-upload-pack', by: 'carol', status: 200 }),
    );
    expect(readFileSync(path.join(test.folder, 'github.jsonl'), 'utf8')).not.toContain(test.carol.token);
  });
});
