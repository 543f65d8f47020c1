import type { Account } from './accounts.js';
import type { ForgeRepository } from './forge-repository.js';
import type { Pull } from './records.js';
import { pullShape } from './shapes.js';

/** Tells the hooks of a pull request. */
export function tellPull(
  repository: ForgeRepository,
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

/** A pull request is closed; `merged`: the commit it came in with. */
export function closePull(repository: ForgeRepository, pull: Pull, by: Account, merged?: string): void {
  const now = repository.forge.now();
  pull.state = 'closed';
  pull.closedAt = now;
  pull.updatedAt = now;
  if (merged !== undefined) {
    pull.merged = { at: now, by };
    pull.mergeCommit = merged;
  }
  tellPull(repository, pull, 'closed', by);
}
