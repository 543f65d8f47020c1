import type { GitHostRepository } from './hosted-repository.js';
import { committerOf } from './committer.js';
import type { Pull } from './records.js';

/**
 * Updates an open pull request to the present state of both branches: fetches the head from a fork, and tries the merge. Its refs are
 * `refs/pull/<number>/head` and, while git can merge it, `refs/pull/<number>/merge`.
 */
export async function lookAgain(repository: GitHostRepository, pull: Pull): Promise<void> {
  const { git, gitHost } = repository;
  const source = gitHost.repositories.get(pull.head.repository);
  if (source && source !== repository) await git.fetch(source.git, pull.head.sha);
  pull.base.sha = (await git.heads()).get(pull.base.branch) ?? pull.base.sha;
  const [base, head] = [pull.base.sha, pull.head.sha];
  const changes = await git.changes(base, head);
  pull.size = {
    commits: (await git.log([`${base}..${head}`])).length,
    additions: changes.reduce((sum, { additions }) => sum + additions, 0),
    deletions: changes.reduce((sum, { deletions }) => sum + deletions, 0),
    files: changes.length,
  };
  pull.mergeCommit = await git.merge({
    base,
    head,
    method: 'merge',
    message: `Merge ${head} into ${base}`,
    by: committerOf(pull.by),
    at: gitHost.now(),
  });
  pull.mergeable = pull.mergeCommit !== undefined;
  await git.setRef(`refs/pull/${pull.number}/head`, head);
  await git.setRef(`refs/pull/${pull.number}/merge`, pull.mergeCommit);
}
