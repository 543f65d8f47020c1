import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GitFailed, type GitProblem } from '../../../src/tools/git/git-failed.js';
import type { GitRemote } from '../../../src/tools/git/git-remote.js';
import { GitMirror } from '../../../src/tools/git/mirror.js';
import { fileAt } from '../../../src/tools/git/read-mirror.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { type AServer, ARepository, serveGit } from './a-repository.js';

let folder = '';
let repository: ARepository;
let server: AServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-git-'));
  repository = new ARepository(path.join(folder, 'home-ops'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function mirror(remote: Partial<GitRemote> = {}): GitMirror {
  const url = repository.folder;
  return new GitMirror({ folder: path.join(folder, 'data'), url, allow: ['file'], ...remote });
}

async function overHttp(remote: Partial<GitRemote> = {}): Promise<GitMirror> {
  server = await serveGit(folder);
  return mirror({ url: `${server.url}/home-ops/.git`, allow: ['http'], ...remote });
}

/** A thrown error: its problem, and its message. */
async function problemOf(work: Promise<unknown>): Promise<{ problem: GitProblem; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GitFailed) return { problem: error.problem, message: error.message };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a mirror', () => {
  test('fetches a branch as it stands', async () => {
    const first = repository.commit('first', { 'a.txt': 'one' });
    const at = mirror();
    expect(await at.fetchBranch('main')).toBe(first);
    const second = repository.commit('second', { 'a.txt': 'two' });
    expect(await at.fetchBranch('main')).toBe(second);
    expect(await fileAt(at, first, 'a.txt')).toEqual({ kind: 'read', text: 'one' });
    expect(await fileAt(at, second, 'a.txt')).toEqual({ kind: 'read', text: 'two' });
  });

  test('is a bare repository without hooks, for this user alone', async () => {
    repository.commit('first');
    const at = mirror();
    await at.fetchBranch('main');
    expect(readdirSync(at.path)).not.toContain('hooks');
    expect(readdirSync(at.path)).toContain('HEAD');
    expect(statSync(path.dirname(at.path)).mode & 0o077).toBe(0);
  });

  test('reports a missing branch', async () => {
    repository.commit('first');
    repository.git('branch', 'a/main');
    expect(await problemOf(mirror().fetchBranch('a'))).toMatchObject({ problem: 'absent' });
    expect(await problemOf(mirror().fetchBranch('nothing'))).toMatchObject({ problem: 'absent' });
  });

  test('follows a force-pushed branch, and keeps its earlier commits', async () => {
    const base = repository.commit('base');
    const old = repository.commit('old', { 'a.txt': 'old' });
    const at = mirror();
    await at.fetchBranch('main');
    repository.git('reset', '--quiet', '--hard', base);
    const forced = repository.commit('forced', { 'a.txt': 'forced' });
    expect(await at.fetchBranch('main')).toBe(forced);
    expect(await fileAt(at, old, 'a.txt')).toEqual({ kind: 'read', text: 'old' });
  });

  test('fetches commits by their ids, only those it lacks', async () => {
    const first = repository.commit('first');
    const at = await overHttp();
    await at.fetchBranch('main');
    repository.git('checkout', '--quiet', '-b', 'work');
    const side = repository.commit('side', { 'a.txt': 'side' });
    await at.fetchCommits([first, side]);
    expect(await fileAt(at, side, 'a.txt')).toEqual({ kind: 'read', text: 'side' });
    const asked = server?.seen.length;
    await at.fetchCommits([first, side, side]);
    expect(server?.seen).toHaveLength(asked ?? 0);
  });

  test('fetches all branches of a server that serves no commit by its id', async () => {
    repository.commit('first');
    const at = await overHttp();
    if (server) server.old = true;
    await at.fetchBranch('main');
    repository.git('checkout', '--quiet', '-b', 'work');
    const below = repository.commit('below', { 'a.txt': 'below' });
    repository.commit('tip');
    await at.fetchCommits([below]);
    expect(await fileAt(at, below, 'a.txt')).toEqual({ kind: 'read', text: 'below' });
    const { problem } = await problemOf(at.fetchCommits(['c'.repeat(40)]));
    expect(problem).toBe('absent');
  });

  test('reports a commit that no branch has', async () => {
    repository.commit('first');
    const lost = 'c'.repeat(40);
    const { problem, message } = await problemOf(mirror().fetchCommits([lost]));
    expect(problem).toBe('absent');
    expect(message).toContain(`no branch has the commit ${lost}`);
  });

  test.each([
    ['a commit id that is short', (at: GitMirror) => at.fetchCommits(['c'.repeat(7)])],
    ['an option for a commit', (at: GitMirror) => at.fetchCommits(['--upload-pack=touch /tmp/x'])],
    ['an option for a branch', (at: GitMirror) => at.fetchBranch('--upload-pack=touch')],
    ['a pattern for a branch', (at: GitMirror) => at.fetchBranch('*')],
    ['two refs in one', (at: GitMirror) => at.fetchBranch('a:refs/heads/b')],
    ['a branch with a line break', (at: GitMirror) => at.fetchBranch('a\nb')],
    ['no branch', (at: GitMirror) => at.fetchBranch('')],
    ['a branch that climbs', (at: GitMirror) => at.fetchBranch('a/../../b')],
  ])('refuses %s', async (_name, work) => {
    repository.commit('first');
    expect(await problemOf(work(mirror()))).toMatchObject({ problem: 'refused' });
  });

  test('does not start after an aborted signal', async () => {
    repository.commit('first');
    const signal = AbortSignal.abort(new Error('the worker stops'));
    const at = new GitMirror({
      folder: path.join(folder, 'data'),
      url: repository.folder,
      allow: ['file'],
      signal,
    });
    await expect(at.fetchBranch('main')).rejects.toThrow('the worker stops');
  });
});

describe('a damaged mirror', () => {
  test('fetches past the locks of a git that was killed', async () => {
    repository.commit('first');
    const at = mirror();
    await at.fetchBranch('main');
    const second = repository.commit('second');
    for (const name of ['refs/slipway/heads/main.lock', 'packed-refs.lock'])
      writeFileSync(path.join(at.path, name), '');
    expect(await at.fetchBranch('main')).toBe(second);
  });

  const damages: [string, (at: string) => void][] = [
    ['objects cut off', (at) => truncateAll(path.join(at, 'objects'))],
    ['no HEAD', (at) => rmSync(path.join(at, 'HEAD'))],
    ['no objects', (at) => rmSync(path.join(at, 'objects'), { recursive: true })],
  ];

  test.each(damages)('is replaced by a fetch: %s', async (_name, damage) => {
    repository.commit('first', { 'a.txt': 'one' });
    const at = mirror();
    await at.fetchBranch('main');
    damage(at.path);
    const second = repository.commit('second');
    expect(await at.fetchBranch('main')).toBe(second);
    expect(await fileAt(at, second, 'a.txt')).toEqual({ kind: 'read', text: 'one' });
    expect(readdirSync(path.dirname(at.path))).toEqual([path.basename(at.path)]);
  });

  test('is removed by a reader, where a fetch would find nothing missing', async () => {
    const first = repository.commit('first', { 'a.txt': 'one' });
    const at = mirror();
    await at.fetchBranch('main');
    const object = repository.git('rev-parse', `${first}:a.txt`);
    const file = path.join(at.path, 'objects', object.slice(0, 2), object.slice(2));
    chmodSync(file, 0o600);
    truncateSync(file, 5);
    await at.fetchCommits([first]);
    expect(await problemOf(fileAt(at, first, 'a.txt'))).toMatchObject({ problem: 'broken' });
    await at.fetchCommits([first]);
    expect(await fileAt(at, first, 'a.txt')).toEqual({ kind: 'read', text: 'one' });
  });

  test('is created once by concurrent callers', async () => {
    const head = repository.commit('first');
    const all = Array.from({ length: 8 }, () => mirror());
    expect(new Set(await Promise.all(all.map((at) => at.fetchBranch('main'))))).toEqual(new Set([head]));
  });

  test('is used by several processes at once', async () => {
    for (let number = 1; number <= 5; number += 1) repository.commit(`${number}`, { 'a.txt': `${number}` });
    const head = repository.git('rev-parse', 'HEAD');
    const script = `
      import { GitMirror } from ${JSON.stringify(path.join(projectRoot, 'dist/src/tools/git/mirror.js'))};
      const [, folder, url] = process.argv;
      const mirror = new GitMirror({ folder, url, allow: ['file'] });
      for (let round = 0; round < 3; round += 1) console.log(await mirror.fetchBranch('main'));`;
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        const args = ['--input-type=module', '-e', script, path.join(folder, 'data'), repository.folder];
        return (await promisify(execFile)('node', args)).stdout.trim().split('\n');
      }),
    );
    expect(answers.flat()).toEqual(Array.from({ length: 9 }, () => head));
    expect(readdirSync(path.join(folder, 'data'))).toHaveLength(1);
  });
});

describe('a server', () => {
  test('gets the token, in a header', async () => {
    const first = repository.commit('first');
    const at = await overHttp({ token: 'ghp_hunter2' });
    expect(await at.fetchBranch('main')).toBe(first);
    const wanted = `Basic ${Buffer.from('x-access-token:ghp_hunter2').toString('base64')}`;
    expect(new Set(server?.seen)).toEqual(new Set([wanted]));
    expect(JSON.stringify(readdirSync(at.path, { recursive: true }))).not.toContain('hunter2');
  });

  test('gets it without exposing it in the arguments of a process', async () => {
    repository.commit('first');
    const log = path.join(folder, 'arguments');
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'git'), `#!/bin/sh\nprintf '%s\\n' "$@" >> ${log}\nexec ${real} "$@"\n`);
    chmodSync(path.join(bin, 'git'), 0o700);
    const search = process.env['PATH'];
    process.env['PATH'] = `${bin}:${search}`;
    try {
      await (await overHttp({ token: 'ghp_hunter2' })).fetchBranch('main');
    } finally {
      process.env['PATH'] = search;
    }
    const seen = readFileSync(log, 'utf8');
    expect(seen).toContain('fetch\n');
    expect(seen).not.toContain('hunter2');
    expect(seen).not.toContain(Buffer.from('x-access-token:ghp_hunter2').toString('base64'));
  });

  test.each<[string, number, GitProblem, RegExp]>([
    ['does not know us', 401, 'no-access', /no such repository, or it may not be read/],
    ['knows us and refuses', 403, 'no-access', /may not be read/],
    ['knows no such repository', 404, 'no-access', /no such repository/],
    ['is ill', 500, 'unreachable', /does not answer/],
    ['has enough of us', 429, 'unreachable', /does not answer/],
  ])('that %s has its own error', async (_name, status, problem, words) => {
    repository.commit('first');
    const at = await overHttp({ token: 'ghp_hunter2' });
    answerWith(status);
    const failed = await problemOf(at.fetchBranch('main'));
    expect(failed).toEqual({ problem, message: expect.stringMatching(words) });
    expect(failed.message).not.toContain('hunter2');
  });

  test('that redirects gets no token, and neither does the target', async () => {
    repository.commit('first');
    const other = await serveGit(folder);
    try {
      const at = await overHttp({ token: 'ghp_hunter2' });
      if (server)
        server.instead = (request, response) => {
          response.writeHead(301, { location: `${other.url}${request.url}` }).end();
          return true;
        };
      expect(await problemOf(at.fetchBranch('main'))).toMatchObject({ problem: 'refused' });
      expect(other.seen).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('that is not there is unreachable', async () => {
    const at = await overHttp();
    await server?.close();
    expect(await problemOf(at.fetchBranch('main'))).toMatchObject({ problem: 'unreachable' });
  });

  test('never makes git ask for a password, or run a helper of this user', async () => {
    repository.commit('first');
    const at = await overHttp();
    answerWith(401);
    const helper = path.join(folder, 'helper');
    writeFileSync(helper, `#!/bin/sh\ntouch ${folder}/asked\necho password=x\n`);
    chmodSync(helper, 0o700);
    writeFileSync(
      path.join(folder, '.gitconfig'),
      `[credential]\n\thelper = ${helper}\n[core]\n\taskPass = ${helper}\n`,
    );
    const home = process.env['HOME'];
    process.env['HOME'] = folder;
    try {
      expect(await problemOf(at.fetchBranch('main'))).toMatchObject({ problem: 'no-access' });
    } finally {
      process.env['HOME'] = home;
    }
    expect(readdirSync(folder)).not.toContain('asked');
  });
});

describe('an address', () => {
  test.each<[string, Partial<GitRemote>, RegExp]>([
    [
      'with a password in it',
      { url: 'https://me:hunter2@github.com/a/b.git' },
      /access\.token, by reference/,
    ],
    [
      'with a token for all to hear',
      { url: 'http://example.org/a', allow: ['http'], token: 'x' },
      /in clear/,
    ],
    ['of a program', { url: 'ext::sh -c touch% /tmp/x' }, /is none that git has|has blanks/],
    ['that is an option', { url: '--upload-pack=touch' }, /is none that git has/],
    ['of ssh that is an option', { url: 'a@-oProxyCommand=x:y' }, /is none that git has/],
    ['of a file, unless that was chosen', { url: '/etc' }, /begins with file, and only https, ssh/],
    ['without encryption, unless that was chosen', { url: 'http://example.org/a.git' }, /only https, ssh/],
    ['of two lines', { url: 'https://example.org/a\nb' }, /has blanks in it/],
    [
      'with a token of two lines',
      { url: 'https://example.org/a', token: 'a\nHost: b' },
      /token that is none/,
    ],
  ])('%s is refused', (_name, remote, words) => {
    expect(() => new GitMirror({ folder, url: '', ...remote })).toThrow(words);
    expect(() => new GitMirror({ folder, url: '', ...remote })).not.toThrow(/hunter2/);
  });

  test.each([
    'https://github.com/acme/home-ops.git',
    'ssh://git@host:22/a/b',
    'git@github.com:acme/home-ops.git',
  ])('%s is one', (url) => {
    expect(new GitMirror({ folder, url }).path).toMatch(/\/[\w.-]+-[0-9a-f]{16}\.git$/);
  });
});

function answerWith(status: number): void {
  if (!server) throw new Error('there is no server');
  server.instead = (_request, response) => {
    response.writeHead(status).end();
    return true;
  };
}

function truncateAll(root: string): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    chmodSync(file, 0o600);
    truncateSync(file, Math.floor(statSync(file).size / 2));
  }
}
