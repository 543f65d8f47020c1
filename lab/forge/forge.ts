import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import type { FaultPlan } from '../faults/fault-plan.js';
import { openJsonLines } from '../machines/json-lines.js';
import { Accounts, type Account } from './accounts.js';
import { BareRepository, type FileChanges } from './bare-repository.js';
import { committerOf } from './committer.js';
import { FORGE_LIMITS, type ForgeLimits } from './forge-limits.js';
import { ForgeRepository, type Surroundings } from './forge-repository.js';
import { API_PATH, forgeServer, type ForgeLine } from './forge-server.js';
import { Numbers } from './numbers.js';
import type { AppPermissions, Role } from './permissions.js';
import { RateLimits } from './rate-limits.js';
import { Webhooks, type Hook, type HookDelivery } from './webhooks.js';

/** How a forge is started. */
export interface ForgeOptions {
  /** Its repositories, and its log `forge.jsonl`. */
  readonly folder: string;
  readonly faults: FaultPlan;
  readonly host?: string;
  /** 0: any that is free. */
  readonly port?: number;
  /** Divides what takes its time. */
  readonly speed?: number;
  readonly limits?: Partial<ForgeLimits>;
  /** What time it is, for tokens, limits and dates. */
  readonly now?: () => Date;
}

/** A person with a token. */
export interface Person {
  readonly account: Account;
  readonly token: string;
}

/** An app that is installed, as its owner has it. */
export interface InstalledApp {
  readonly id: number;
  readonly installation: number;
  readonly slug: string;
  /** Private key, PEM (PKCS#1, as GitHub gives it). */
  readonly key: string;
}

/** A forge that answers. People act in its repositories by `branches.ts`, `comments.ts` and `pull-requests.ts`, or over HTTP. */
export interface Forge {
  /** Base URL for people and git: `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Base URL of the API: `http://127.0.0.1:4711/api/v3`. */
  readonly api: string;
  readonly accounts: Accounts;
  readonly hooks: Webhooks;
  /** Makes a repository (`acme/home-ops`) with a first commit. Its owner is an organization, unless it is a known person. */
  createRepository(name: string, made?: { files?: FileChanges; private?: boolean }): Promise<ForgeRepository>;
  /** Makes a person's own copy of a repository. */
  fork(repository: ForgeRepository, owner: string): Promise<ForgeRepository>;
  /** @throws Error where there is none of this name */
  repository(name: string): ForgeRepository;
  /** A person and a new token of theirs; `roles`: by repository. */
  person(login: string, roles?: Readonly<Record<string, Role>>): Person;
  /** Makes an app and installs it. */
  app(slug: string, permissions: AppPermissions, repositories: readonly ForgeRepository[]): InstalledApp;
  /** Makes a hook of a repository, and pings it. */
  hook(repository: ForgeRepository, url: string, secret: string, events?: readonly string[]): Hook;
  /** What was sent to hooks, oldest first. */
  deliveries(): readonly HookDelivery[];
  /** What was asked, oldest first; the last thousands. */
  received(): readonly ForgeLine[];
  /** Settles when every hook was told. */
  settled(): Promise<void>;
  /** Connections that wait for an answer break. */
  stop(): Promise<void>;
}

const HOOK_EVENTS = ['push', 'pull_request', 'issue_comment'];
const LINES_KEPT = 5000;

/** Starts a forge with nothing in it. */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  const { folder, faults, speed = 1, now = () => new Date() } = options;
  mkdirSync(folder, { recursive: true });
  const log = openJsonLines<ForgeLine>(path.join(folder, 'forge.jsonl'));
  const limits = { ...FORGE_LIMITS, ...options.limits };
  const numbers = new Numbers();
  const accounts = new Accounts(numbers, now);
  const repositories = new Map<string, ForgeRepository>();
  const urls = { web: '', api: '' };
  const forge: Surroundings = {
    accounts,
    numbers,
    repositories,
    urls,
    now,
    tell: (repository, event) => hooks.tell(repository, event),
  };
  const hooks = new Webhooks(forge, faults, limits);
  const stopped = new AbortController();
  let lines: ForgeLine[] = [];
  const server = forgeServer({
    forge,
    hooks,
    faults,
    speed,
    limits: new RateLimits(limits, now),
    stopped: stopped.signal,
    note: (line) => {
      log.write(line);
      lines = [...lines.slice(-LINES_KEPT + 1), line];
    },
  });
  urls.web = await listening(server, options.host ?? '127.0.0.1', options.port ?? 0);
  urls.api = `${urls.web}${API_PATH}`;

  const directoryOf = (name: string): string => path.join(folder, `${name}.git`);
  const repositoryOf = (name: string): ForgeRepository => {
    const repository = repositories.get(name);
    if (!repository) throw new Error(`There is no repository ${name}. Repositories: ${[...repositories.keys()].join(', ')}.`);
    return repository;
  };
  const keep = (repository: ForgeRepository): ForgeRepository => {
    repositories.set(repository.name, repository);
    return repository;
  };
  return {
    url: urls.web,
    api: urls.api,
    accounts,
    hooks,
    createRepository: async (name, { files = { 'README.md': `# ${name}\n` }, private: hidden = true } = {}) => {
      const owner = accounts.account(name.split('/')[0] ?? '', 'Organization');
      const git = await BareRepository.create(directoryOf(name), 'main');
      const first = { branch: 'main', parent: undefined, files, message: 'The cluster as it is' };
      await git.commit({ ...first, by: committerOf(owner), at: now() });
      return keep(new ForgeRepository(forge, { name, owner, private: hidden, defaultBranch: 'main', git }));
    },
    fork: async (repository, login) => {
      const name = `${login}/${repository.name.split('/')[1] ?? ''}`;
      const git = await BareRepository.copy(repository.git, directoryOf(name));
      const { private: hidden, defaultBranch } = repository;
      const owner = accounts.account(login);
      return keep(new ForgeRepository(forge, { name, owner, private: hidden, defaultBranch, git, forkOf: repository }));
    },
    repository: repositoryOf,
    person: (login, roles = {}) => {
      const account = accounts.account(login);
      for (const [name, role] of Object.entries(roles)) repositoryOf(name).roles.set(login.toLowerCase(), role);
      return { account, token: accounts.tokenOf(account) };
    },
    app: (slug, permissions, of) => {
      const owner = of[0]?.owner ?? accounts.account(slug, 'Organization');
      const { app, key } = accounts.createApp({ slug, owner, permissions, repositories: of.map(({ name }) => name) });
      return { id: app.id, installation: app.installation, slug, key };
    },
    hook: (repository, url, secret, events = HOOK_EVENTS) => hooks.add({ repository, url, secret, events }),
    deliveries: () => hooks.deliveries(),
    received: () => lines,
    settled: () => hooks.settled(),
    stop: async () => {
      stopped.abort();
      hooks.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      log.close();
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the forge has no address');
  return `http://${address.address}:${address.port}`;
}
