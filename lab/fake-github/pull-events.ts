import type { Account } from './accounts.js';
import type { GitHostRepository } from './hosted-repository.js';
import type { Pull } from './records.js';
import { pullShape } from './shapes.js';

/** Sends the webhooks of a pull request. */
export function commentOnPull(
  repository: GitHostRepository,
  pull: Pull,
  action: string,
  by: Account,
  more: Readonly<Record<string, unknown>> = {},
): void {
  repository.tell('pull_request', by, {
    action,
    number: pull.number,
    ...more,
    pull_request: pullShape(repository, pull),
  });
}

/** Closes a pull request; `merged`: the merge commit. */
export function closePull(repository: GitHostRepository, pull: Pull, by: Account, merged?: string): void {
  const now = repository.gitHost.now();
  pull.state = 'closed';
  pull.closedAt = now;
  pull.updatedAt = now;
  if (merged !== undefined) {
    pull.merged = { at: now, by };
    pull.mergeCommit = merged;
  }
  commentOnPull(repository, pull, 'closed', by);
}
