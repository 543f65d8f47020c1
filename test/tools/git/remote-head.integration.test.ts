import { execFileSync } from 'node:child_process';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { remoteHead } from '../../../src/tools/git/remote-head.js';
import { aRepository } from '../../starter/a-starter.js';

const token = 'a-token-nobody-may-see';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-head-'));
  await writeFile(path.join(folder, 'token'), token, { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true }));

const gitServer = (url: string, access: object = {}) =>
  aRepository({ gitHost: 'git', url, base: folder, access: { token: { file: 'token' }, ...access } });

describe('the head of a branch', () => {
  test('is the one that git reports', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
      }).trim();
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'first');
    // A branch whose name ends like ours is another one.
    git('branch', 'not/main');
    git('commit', '-q', '--allow-empty', '-m', 'second');
    const head = git('rev-parse', 'HEAD');
    const repository = { ...gitServer(`file://${folder}`), access: undefined };
    expect(await remoteHead(repository)).toBe(head);
    await expect(remoteHead({ ...repository, branch: 'gone' })).rejects.toThrow('has no branch gone');
  });

  test('is asked with the token, which no error and no argument holds', async () => {
    const heads: IncomingHttpHeaders[] = [];
    let status = 200;
    const server = createServer((request, response) => {
      heads.push(request.headers);
      response.writeHead(status, { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="git"' });
      response.end(`${'b'.repeat(40)}\trefs/heads/main\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/home-ops.git`;
    expect(await remoteHead(gitServer(url))).toBe('b'.repeat(40));
    expect(heads[0]?.authorization).toBe(
      `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
    );
    expect(await remoteHead(gitServer(url, { user: 'ada' }))).toBe('b'.repeat(40));
    expect(heads.at(-1)?.authorization).toBe(`Basic ${Buffer.from(`ada:${token}`).toString('base64')}`);
    status = 401;
    const error = await remoteHead(gitServer(url)).then(
      String,
      (thrown: unknown) => JSON.stringify(thrown) + String(thrown),
    );
    expect(error).toContain('could not read Username');
    expect(error).not.toContain(token);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('runs no program that an address names', async () => {
    await expect(remoteHead(gitServer(`ext::${folder}/program`))).rejects.toThrow('is none that git has');
  });
});
