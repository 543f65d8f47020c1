import type { Account } from './accounts.js';
import type { FileChanges } from './bare-repository.js';
import { committerOf } from './committer.js';
import type { GitHostRepository } from './hosted-repository.js';
import { pushed } from './pushes.js';
import { notFound } from './refusal.js';

/**
 * Commits on a branch as a push does, and returns the sha. `parent`: a base commit that is not the branch's head, which makes it a forced
 * push; a new branch begins at the default branch.
 */
export function commitTo(
  repository: GitHostRepository,
  change: {
    readonly branch: string;
    readonly files: FileChanges;
    readonly message: string;
    readonly parent?: string | undefined;
  },
  by: Account,
): Promise<string> {
  return repository.gitHost.exclusively(async () => {
    const before = await repository.git.heads();
    const parent = change.parent ?? before.get(change.branch) ?? before.get(repository.defaultBranch);
    const sha = await repository.git.commit({
      ...change,
      parent,
      by: committerOf(by),
      at: repository.gitHost.now(),
    });
    await pushed(repository, before, by);
    return sha;
  });
}

/** Points a branch at a commit that is there, as a (forced) push does; undefined deletes it. */
export function moveBranch(
  repository: GitHostRepository,
  branch: string,
  sha: string | undefined,
  by: Account,
): Promise<void> {
  return repository.gitHost.exclusively(async () => {
    const before = await repository.git.heads();
    if (sha !== undefined && (await repository.git.resolve(sha)) !== sha) notFound();
    await repository.git.setRef(`refs/heads/${branch}`, sha);
    await pushed(repository, before, by);
  });
}
