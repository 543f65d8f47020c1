import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import type { FaultPlan } from '../faults/fault-plan.js';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import { Accounts, type Account } from './accounts.js';
import { BareRepository, type FileChanges } from './bare-repository.js';
import { committerOf } from './committer.js';
import { FORGE_LIMITS, type ForgeLimits } from './forge-limits.js';
import { ForgeRepository, type ForgeEvent, type Surroundings } from './forge-repository.js';
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

/** What a repository begins with. */
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
  createRepository(name: string, made?: NewRepository): Promise<ForgeRepository>;
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
  mkdirSync(options.folder, { recursive: true });
  const forge = new LabForge(options);
  await forge.listen(options.host ?? '127.0.0.1', options.port ?? 0);
  return forge;
}

class LabForge implements Forge, Surroundings {
  readonly accounts: Accounts;
  readonly hooks: Webhooks;
  readonly numbers = new Numbers();
  readonly repositories = new Map<string, ForgeRepository>();
  readonly urls = { web: '', api: '' };
  readonly now: () => Date;
  readonly #folder: string;
  readonly #log: JsonLines<ForgeLine>;
  readonly #stopped = new AbortController();
  readonly #server: Server;
  #lines: ForgeLine[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ folder, faults, speed = 1, now = () => new Date(), ...options }: ForgeOptions) {
    const limits = { ...FORGE_LIMITS, ...options.limits };
    this.now = now;
    this.#folder = folder;
    this.#log = openJsonLines<ForgeLine>(path.join(folder, 'forge.jsonl'));
    this.accounts = new Accounts(this.numbers, now);
    this.hooks = new Webhooks(this, faults, limits);
    this.#server = forgeServer({
      forge: this,
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

  tell(repository: ForgeRepository, event: ForgeEvent): void {
    this.hooks.tell(repository, event);
  }

  async createRepository(
    name: string,
    { files = { 'README.md': `# ${name}\n` }, private: hidden = true }: NewRepository = {},
  ): Promise<ForgeRepository> {
    const owner = this.accounts.account(name.split('/')[0] ?? '', 'Organization');
    const git = await BareRepository.create(this.#directoryOf(name), 'main');
    const first = { branch: 'main', parent: undefined, files, message: 'The cluster as it is' };
    await git.commit({ ...first, by: committerOf(owner), at: this.now() });
    return this.#keep(
      new ForgeRepository(this, { name, owner, private: hidden, defaultBranch: 'main', git }),
    );
  }

  async fork(repository: ForgeRepository, login: string): Promise<ForgeRepository> {
    const name = `${login}/${repository.name.split('/')[1] ?? ''}`;
    const git = await BareRepository.copy(repository.git, this.#directoryOf(name));
    const { private: hidden, defaultBranch } = repository;
    const owner = this.accounts.account(login);
    return this.#keep(
      new ForgeRepository(this, { name, owner, private: hidden, defaultBranch, git, forkOf: repository }),
    );
  }

  repository(name: string): ForgeRepository {
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

  app(slug: string, permissions: AppPermissions, of: readonly ForgeRepository[]): InstalledApp {
    const owner = of[0]?.owner ?? this.accounts.account(slug, 'Organization');
    const repositories = of.map(({ name }) => name);
    const { app, key } = this.accounts.createApp({ slug, owner, permissions, repositories });
    return { id: app.id, installation: app.installation, slug, key };
  }

  hook(
    repository: ForgeRepository,
    url: string,
    secret: string,
    events: readonly string[] = HOOK_EVENTS,
  ): Hook {
    return this.hooks.add({ repository, url, secret, events });
  }

  deliveries(): readonly HookDelivery[] {
    return this.hooks.deliveries();
  }

  received(): readonly ForgeLine[] {
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

  #keep(repository: ForgeRepository): ForgeRepository {
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
  if (address === null || typeof address === 'string') throw new Error('the forge has no address');
  return `http://${address.address}:${address.port}`;
}
