import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import type { FaultPlan } from '../faults/fault-plan.js';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import { Accounts, type Account } from './accounts.js';
import { BareRepository, type FileChanges } from './bare-repository.js';
import { committerOf } from './committer.js';
import { GITHUB_LIMITS, type GitHubLimits } from './github-limits.js';
import { GitHostRepository, type GitHostEvent, type Surroundings } from './hosted-repository.js';
import { API_PATH, fakeGitHubServer, type GitHostLine } from './fake-github-server.js';
import { Numbers } from './numbers.js';
import type { AppPermissions, Role } from './permissions.js';
import { RateLimits } from './rate-limits.js';
import { Webhooks, type Hook, type HookDelivery } from './webhooks.js';

/** The settings of a fake GitHub. */
export interface FakeGitHubOptions {
  /** The folder of its repositories, and of its log `github.jsonl`. */
  readonly folder: string;
  readonly faults: FaultPlan;
  readonly host?: string;
  /** 0: any free port. */
  readonly port?: number;
  /** Divides durations. */
  readonly speed?: number;
  readonly limits?: Partial<GitHubLimits>;
  /** The present time, for tokens, limits and dates. */
  readonly now?: () => Date;
}

/** The initial content of a repository. */
export interface NewRepository {
  readonly files?: FileChanges;
  /** Default true. */
  readonly private?: boolean;
}

/** A person with a token. */
export interface Person {
  readonly account: Account;
  readonly token: string;
}

/** An installed app, as its owner has it. */
export interface InstalledApp {
  readonly id: number;
  readonly installation: number;
  readonly slug: string;
  /** Private key, PEM (PKCS#1, as GitHub gives it). */
  readonly key: string;
}

/** A running fake GitHub. Tests change its repositories by `branches.ts`, `comments.ts` and `pull-requests.ts`, or over HTTP. */
export interface FakeGitHub {
  /** Base URL for people and git: `http://127.0.0.1:4711`. */
  readonly url: string;
  /** Base URL of the API: `http://127.0.0.1:4711/api/v3`. */
  readonly api: string;
  readonly accounts: Accounts;
  readonly hooks: Webhooks;
  /** Creates a repository (`acme/home-ops`) with a first commit. Its owner is an organization, unless it is a known person. */
  createRepository(name: string, made?: NewRepository): Promise<GitHostRepository>;
  /** Creates a person's fork of a repository. */
  fork(repository: GitHostRepository, owner: string): Promise<GitHostRepository>;
  /** @throws Error where no repository has this name */
  repository(name: string): GitHostRepository;
  /** A person and a new token of theirs; `roles`: by repository. */
  person(login: string, roles?: Readonly<Record<string, Role>>): Person;
  /** Creates an app and installs it. */
  app(slug: string, permissions: AppPermissions, repositories: readonly GitHostRepository[]): InstalledApp;
  /** Creates a webhook of a repository, and pings it. */
  hook(repository: GitHostRepository, url: string, secret: string, events?: readonly string[]): Hook;
  /** All deliveries, oldest first. */
  deliveries(): readonly HookDelivery[];
  /** All requests, oldest first; the last thousands. */
  received(): readonly GitHostLine[];
  /** Resolves when every webhook was delivered. */
  settled(): Promise<void>;
  /** Closes the connections of hanging requests. */
  stop(): Promise<void>;
}

const HOOK_EVENTS = ['push', 'pull_request', 'issue_comment'];
const LINES_KEPT = 5000;

/** Starts an empty fake GitHub. */
export async function startFakeGitHub(options: FakeGitHubOptions): Promise<FakeGitHub> {
  mkdirSync(options.folder, { recursive: true });
  const gitHost = new LabGitHub(options);
  await gitHost.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return gitHost;
}

class LabGitHub implements FakeGitHub, Surroundings {
  readonly accounts: Accounts;
  readonly hooks: Webhooks;
  readonly numbers = new Numbers();
  readonly repositories = new Map<string, GitHostRepository>();
  readonly urls = { web: '', api: '' };
  readonly now: () => Date;
  readonly #folder: string;
  readonly #log: JsonLines<GitHostLine>;
  readonly #stopped = new AbortController();
  readonly #server: Server;
  #lines: GitHostLine[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folder, faults, speed = 1, now = () => new Date(), ...options }: FakeGitHubOptions) {
    const limits = { ...GITHUB_LIMITS, ...options.limits };
    this.now = now;
    this.#folder = folder;
    this.#log = openJsonLines<GitHostLine>(path.join(folder, 'github.jsonl'));
    this.accounts = new Accounts(this.numbers, now);
    this.hooks = new Webhooks(this, faults, limits);
    this.#server = fakeGitHubServer({
      gitHost: this,
      hooks: this.hooks,
      faults,
      speed,
      limits: new RateLimits(limits, now),
      stopped: this.#stopped.signal,
      note: (line) => {
        this.#log.write(line);
        this.#lines = [...this.#lines.slice(-LINES_KEPT + 1), line];
      },
    });
  }

  get url(): string {
    return this.urls.web;
  }

  get api(): string {
    return this.urls.api;
  }

  async listen(host: string, port: number): Promise<void> {
    this.urls.web = await listening(this.#server, host, port);
    this.urls.api = `${this.urls.web}${API_PATH}`;
  }

  exclusively<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(change);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  tell(repository: GitHostRepository, event: GitHostEvent): void {
    this.hooks.tell(repository, event);
  }

  async createRepository(
    name: string,
    { files = { 'README.md': `# ${name}\n` }, private: hidden = true }: NewRepository = {},
  ): Promise<GitHostRepository> {
    const owner = this.accounts.account(name.split('/')[0] ?? '', 'Organization');
    const git = await BareRepository.create(this.#directoryOf(name), 'main');
    const first = { branch: 'main', parent: undefined, files, message: 'The cluster as it is' };
    await git.commit({ ...first, by: committerOf(owner), at: this.now() });
    return this.#keep(
      new GitHostRepository(this, { name, owner, private: hidden, defaultBranch: 'main', git }),
    );
  }

  async fork(repository: GitHostRepository, login: string): Promise<GitHostRepository> {
    const name = `${login}/${repository.name.split('/')[1] ?? ''}`;
    const git = await BareRepository.copy(repository.git, this.#directoryOf(name));
    const { private: hidden, defaultBranch } = repository;
    const owner = this.accounts.account(login);
    return this.#keep(
      new GitHostRepository(this, { name, owner, private: hidden, defaultBranch, git, forkOf: repository }),
    );
  }

  repository(name: string): GitHostRepository {
    const repository = this.repositories.get(name);
    if (repository) return repository;
    throw new Error(
      `There is no repository ${name}. Repositories: ${[...this.repositories.keys()].join(', ')}.`,
    );
  }

  person(login: string, roles: Readonly<Record<string, Role>> = {}): Person {
    const account = this.accounts.account(login);
    for (const [name, role] of Object.entries(roles))
      this.repository(name).roles.set(login.toLowerCase(), role);
    return { account, token: this.accounts.tokenOf(account) };
  }

  app(slug: string, permissions: AppPermissions, of: readonly GitHostRepository[]): InstalledApp {
    const owner = of[0]?.owner ?? this.accounts.account(slug, 'Organization');
    const repositories = of.map(({ name }) => name);
    const { app, key } = this.accounts.createApp({ slug, owner, permissions, repositories });
    return { id: app.id, installation: app.installation, slug, key };
  }

  hook(
    repository: GitHostRepository,
    url: string,
    secret: string,
    events: readonly string[] = HOOK_EVENTS,
  ): Hook {
    return this.hooks.add({ repository, url, secret, events });
  }

  deliveries(): readonly HookDelivery[] {
    return this.hooks.deliveries();
  }

  received(): readonly GitHostLine[] {
    return this.#lines;
  }

  settled(): Promise<void> {
    return this.hooks.settled();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.hooks.stop();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    this.#log.close();
  }

  #directoryOf(name: string): string {
    return path.join(this.#folder, `${name}.git`);
  }

  #keep(repository: GitHostRepository): GitHostRepository {
    this.repositories.set(repository.name, repository);
    return repository;
  }
}

async function listening(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake GitHub has no address');
  return `http://${address.address}:${address.port}`;
}
