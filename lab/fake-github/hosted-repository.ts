import type { Account, Accounts } from './accounts.js';
import type { BareRepository } from './bare-repository.js';
import type { Numbers } from './numbers.js';
import type { Guarded, Role } from './permissions.js';
import type { CheckRun, Comment, CommitStatus, Deployment, Label, Pull } from './records.js';
import { notFound } from './refusal.js';

/** An event in a repository, as its webhooks get it. */
export interface GitHostEvent {
  /** `push`, `pull_request`, `issue_comment`, `ping` */
  readonly name: string;
  readonly sender: Account;
  /** The payload's fields besides the repository and the sender. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The parts of the fake GitHub that a repository uses. */
export interface Surroundings {
  readonly accounts: Accounts;
  readonly numbers: Numbers;
  readonly repositories: ReadonlyMap<string, GitHostRepository>;
  /** Base URLs, without a slash at the end. */
  readonly urls: { readonly web: string; readonly api: string };
  now(): Date;
  /** Serializes changes of refs, in all repositories: a push to a fork changes pull requests elsewhere. */
  exclusively<T>(change: () => Promise<T>): Promise<T>;
  tell(repository: GitHostRepository, event: GitHostEvent): void;
}

/** A repository: git's part on disk, the rest in memory. */
export class GitHostRepository implements Guarded {
  readonly id: number;
  /** `acme/home-ops` */
  readonly name: string;
  readonly owner: Account;
  readonly private: boolean;
  readonly defaultBranch: string;
  readonly createdAt: Date;
  readonly git: BareRepository;
  readonly gitHost: Surroundings;
  /** The repository it was forked from. */
  readonly forkOf?: GitHostRepository;

  /** By lower-case login. */
  readonly roles = new Map<string, Role>();
  readonly pulls = new Map<number, Pull>();
  readonly comments = new Map<number, Comment>();
  /** By lower-case name. */
  readonly labels = new Map<string, Label>();
  readonly checkRuns = new Map<number, CheckRun>();
  readonly statuses: CommitStatus[] = [];
  readonly deployments = new Map<number, Deployment>();

  constructor(
    gitHost: Surroundings,
    made: Pick<GitHostRepository, 'name' | 'owner' | 'private' | 'defaultBranch' | 'git'> & {
      forkOf?: GitHostRepository;
    },
  ) {
    this.gitHost = gitHost;
    this.id = gitHost.numbers.next('repository');
    this.createdAt = gitHost.now();
    this.name = made.name;
    this.owner = made.owner;
    this.private = made.private;
    this.defaultBranch = made.defaultBranch;
    this.git = made.git;
    if (made.forkOf) this.forkOf = made.forkOf;
  }

  /** URL of the repository in the API. */
  get api(): string {
    return `${this.gitHost.urls.api}/repos/${this.name}`;
  }

  /** URL of the repository for people, and without `.git` for git too. */
  get web(): string {
    return `${this.gitHost.urls.web}/${this.name}`;
  }

  /** @throws {GitHostRefusal} 404 */
  pull(number: number): Pull {
    return this.pulls.get(number) ?? notFound();
  }

  /** The label with this name, created where it does not exist, as adding one to a pull request does. */
  label(name: string): Label {
    const known = this.labels.get(name.toLowerCase());
    if (known) return known;
    const label: Label = { id: this.gitHost.numbers.next('label'), name, color: 'ededed', description: null };
    this.labels.set(name.toLowerCase(), label);
    return label;
  }

  tell(name: string, sender: Account, payload: GitHostEvent['payload']): void {
    this.gitHost.tell(this, { name, sender, payload });
  }
}
