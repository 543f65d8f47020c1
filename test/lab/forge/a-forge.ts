import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { FaultPlan as Plan } from '../../../lab/faults/fault-plan.js';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { commitTo } from '../../../lab/forge/branches.js';
import {
  startForge,
  type Forge,
  type ForgeOptions,
  type InstalledApp,
  type Person,
} from '../../../lab/forge/forge.js';
import type { ForgeRepository } from '../../../lab/forge/forge-repository.js';
import { openPull } from '../../../lab/forge/pull-requests.js';
import type { Pull } from '../../../lab/forge/records.js';

/** Where everything happens. */
export const HOME_OPS = { owner: 'acme', repo: 'home-ops' } as const;

/** A forge for a test: one private repository with a file that says a version, its owner carol, and faults. */
export interface TestForge {
  readonly folder: string;
  readonly forge: Forge;
  readonly faults: Plan;
  readonly repository: ForgeRepository;
  readonly carol: Person;
  end(): Promise<void>;
}

export const SLIPWAY_YAML = (talos: string): string => `versions:\n  talos: ${talos}\n`;

export async function aForge(options: Partial<ForgeOptions> = {}): Promise<TestForge> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-forge-'));
  const faults = new FaultPlan();
  const forge = await startForge({ folder, faults, ...options });
  const files = { 'slipway.yaml': SLIPWAY_YAML('v1.12.1'), 'README.md': '# Home\n' };
  const repository = await forge.createRepository('acme/home-ops', { files });
  return {
    folder,
    forge,
    faults,
    repository,
    carol: forge.person('carol', { 'acme/home-ops': 'admin' }),
    end: async () => {
      await forge.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A pull request of carol's, from a branch `topic`. */
export async function aPull({ repository, carol: { account } }: TestForge): Promise<Pull> {
  await commitTo(repository, { branch: 'topic', files: { a: '1' }, message: 'A' }, account);
  return openPull(repository, { title: 'T', head: 'topic', base: 'main' }, account);
}

/** Settings of the real octokit for this forge. It says nothing of what is refused. */
export function octokitSettings(forge: Forge): {
  baseUrl: string;
  log: Record<'debug' | 'info' | 'warn' | 'error', () => void>;
} {
  const silent = (): void => {};
  return { baseUrl: forge.api, log: { debug: silent, info: silent, warn: silent, error: silent } };
}

/** The real octokit, which asks once. */
export function octokit(forge: Forge, auth?: string): Octokit {
  return new Octokit({ ...octokitSettings(forge), ...(auth === undefined ? {} : { auth }) });
}

/** The same for an app: with the real auth-app. */
export function octokitOfApp(
  forge: Forge,
  { id: appId, key: privateKey, installation: installationId }: InstalledApp,
): Octokit {
  return new Octokit({
    ...octokitSettings(forge),
    authStrategy: createAppAuth,
    auth: { appId, privateKey, installationId },
  });
}

/** The status a request was refused with. */
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

/** What came to a hook, as it came. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server that takes deliveries; `answer` says with which status. */
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
