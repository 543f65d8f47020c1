import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { FaultPlan as Plan } from '../../../lab/faults/fault-plan.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { commitTo } from '../../../lab/fake-github/branches.js';
import {
  startFakeGitHub,
  type FakeGitHub,
  type FakeGitHubOptions,
  type InstalledApp,
  type Person,
} from '../../../lab/fake-github/fake-github.js';
import type { GitHostRepository } from '../../../lab/fake-github/hosted-repository.js';
import { openPull } from '../../../lab/fake-github/pull-requests.js';
import type { Pull } from '../../../lab/fake-github/records.js';

/** The test's folder. */
export const HOME_OPS = { owner: 'acme', repo: 'home-ops' } as const;

/** A fake GitHub for a test: one private repository with a version file, its owner carol, and faults. */
export interface TestGitHub {
  readonly folder: string;
  readonly gitHost: FakeGitHub;
  readonly faults: Plan;
  readonly repository: GitHostRepository;
  readonly carol: Person;
  end(): Promise<void>;
}

export const SLIPWAY_YAML = (talos: string): string => `versions:\n  talos: ${talos}\n`;

export async function aFakeGitHub(options: Partial<FakeGitHubOptions> = {}): Promise<TestGitHub> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-github-'));
  const faults = new FaultPlan();
  const gitHost = await startFakeGitHub({ folder, faults, ...options });
  const files = { 'slipway.yaml': SLIPWAY_YAML('v1.12.1'), 'README.md': '# Home\n' };
  const repository = await gitHost.createRepository('acme/home-ops', { files });
  return {
    folder,
    gitHost,
    faults,
    repository,
    carol: gitHost.person('carol', { 'acme/home-ops': 'admin' }),
    end: async () => {
      await gitHost.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A pull request of carol's, from a branch `topic`. */
export async function aPull({ repository, carol: { account } }: TestGitHub): Promise<Pull> {
  await commitTo(repository, { branch: 'topic', files: { a: '1' }, message: 'A' }, account);
  return openPull(repository, { title: 'T', head: 'topic', base: 'main' }, account);
}

/** Settings of the real octokit for this fake GitHub, without log output for rejections. */
export function octokitSettings(gitHost: FakeGitHub): {
  baseUrl: string;
  log: Record<'debug' | 'info' | 'warn' | 'error', () => void>;
} {
  const silent = (): void => {};
  return { baseUrl: gitHost.api, log: { debug: silent, info: silent, warn: silent, error: silent } };
}

/** The real octokit, without retries. */
export function octokit(gitHost: FakeGitHub, auth?: string): Octokit {
  return new Octokit({ ...octokitSettings(gitHost), ...(auth === undefined ? {} : { auth }) });
}

/** The same for an app: with the real auth-app. */
export function octokitOfApp(
  gitHost: FakeGitHub,
  { id: appId, key: privateKey, installation: installationId }: InstalledApp,
): Octokit {
  return new Octokit({
    ...octokitSettings(gitHost),
    authStrategy: createAppAuth,
    auth: { appId, privateKey, installationId },
  });
}

/** The status of a rejected request. */
export async function refusal(
  asked: Promise<unknown>,
): Promise<{ status: number; message: string; errors: unknown }> {
  try {
    await asked;
  } catch (error) {
    const { status, response } = error as {
      status: number;
      response?: { data: { message?: string; errors?: unknown } };
    };
    return { status, message: response?.data.message ?? '', errors: response?.data.errors };
  }
  throw new Error('it was not refused');
}

/** A received webhook request. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server that receives deliveries; `answer` returns the status. */
export async function aReceiver(answer: () => number = () => 200): Promise<{
  url: string;
  received: Received[];
  end(): Promise<void>;
}> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(answer()).end('thanks');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/github`,
    received,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
