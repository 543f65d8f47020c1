import type { Account, GitHostApp } from './accounts.js';

/** The branch of a pull request. */
export interface Side {
  /** `acme/home-ops` */
  readonly repository: string;
  branch: string;
  sha: string;
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly by: Account;
  readonly createdAt: Date;
  readonly head: Side;
  readonly base: Side;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  draft: boolean;
  updatedAt: Date;
  labels: Label[];
  closedAt?: Date;
  merged?: { readonly at: Date; readonly by: Account };
  /** Of an open one the trial merge commit, of a merged one the merge commit. */
  mergeCommit?: string | undefined;
  /** Whether git can merge it. */
  mergeable: boolean;
  size: { commits: number; additions: number; deletions: number; files: number };
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly by: Account;
  readonly app?: GitHostApp;
  readonly createdAt: Date;
  updatedAt: Date;
  body: string;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly app: GitHostApp;
  name: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
}

export interface CommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly by: Account;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly createdAt: Date;
}

export interface Deployment {
  readonly id: number;
  readonly by: Account;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | null;
  readonly payload: unknown;
  readonly createdAt: Date;
  readonly statuses: DeploymentStatus[];
}

export interface DeploymentStatus {
  readonly id: number;
  readonly by: Account;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly createdAt: Date;
}
