import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openGitHub, type GitHub } from '../../../src/tools/git-host/github.js';
import { aRepository } from '../../starter/a-starter.js';
import type { RepositorySettings } from '../../../src/starter/settings.js';

/** A request to the server. */
export interface Asked {
  /** `GET /repos/acme/home-ops/pulls?state=open`. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** The answer; undefined: 404. */
export interface Answered {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server with the given answers in place of GitHub's API. */
export interface TriedGitHub {
  readonly url: string;
  readonly asked: Asked[];
  /** The request lines so far. */
  lines(): string[];
  readonly settings: RepositorySettings;
  /** Opens the client, by its settings with these changes. */
  open(changes?: Partial<RepositorySettings>): Promise<GitHub>;
  stop(): Promise<void>;
}

export const token = 'ghp_a-token-nobody-may-see';

export async function tryGitHub(answer: (asked: Asked) => Answered | undefined): Promise<TriedGitHub> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const line = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
      const one = { line, headers: request.headers, body };
      asked.push(one);
      const {
        status = 200,
        headers = {},
        body: given,
      } = answer(one) ?? { status: 404, body: { message: 'Not Found' } };
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
      response.end(
        given === undefined ? undefined : typeof given === 'string' ? given : JSON.stringify(given),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-test-github-'));
  const file = path.join(folder, 'token');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = aRepository({ api: url, access: { token: { file } }, base: folder, pauses: 'none' });
  return {
    url,
    asked,
    settings,
    lines: () => asked.map(({ line }) => line),
    open: (changes) => openGitHub({ ...settings, ...changes }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** A pull request, as GitHub's lists have it. */
export function aListedPull(changes: object = {}): Record<string, unknown> {
  const repo = { full_name: 'acme/home-ops' };
  return {
    number: 12,
    title: 'Update Talos',
    state: 'closed',
    merged_at: '2026-11-22T10:00:00Z',
    updated_at: '2026-11-22T10:00:00Z',
    merge_commit_sha: 'b'.repeat(40),
    base: { ref: 'main', sha: 'a'.repeat(40), repo },
    head: { ref: 'renovate/talos', sha: 'c'.repeat(40), repo },
    labels: [{ name: 'upgrade-pets' }],
    user: { login: 'renovate[bot]' },
    ...changes,
  };
}
