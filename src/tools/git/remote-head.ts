import type { RepositorySettings } from '../../starter/settings.js';
import { declaredRemote } from './declared-remote.js';
import { GitFailed, gitFailure } from './git-failed.js';
import { checkedRemote } from './git-remote.js';
import { branchRef, commitId } from './names.js';
import { runGit } from './run-git.js';

/** Allows for a distant server. */
const askMs = 30_000;

/**
 * The commit that a branch of a repository points at: `git ls-remote`. Over ssh git signs in with the keys of the user it runs as.
 *
 * @param base where relative credential files start; default: the folder of starter.yaml.
 * @throws GitFailed when the server does not respond or refuses, and `absent` when it has no such branch; Refusal for a credential.
 */
export async function remoteHead(repository: RepositorySettings, base = repository.base): Promise<string> {
  const { branch, name, url } = repository;
  const ref = branchRef(branch);
  const remote = checkedRemote(await declaredRemote(repository, base));
  const { stdout } = await runGit({
    args: ['ls-remote', '--quiet', '--', url, ref],
    remote,
    timeoutMs: askMs,
    maxBytes: 64 * 1024,
  }).catch((error: unknown) => {
    throw gitFailure(error, name);
  });
  const line = stdout.split('\n').find((text) => text.endsWith(`\t${ref}`));
  if (line !== undefined) return commitId(line.slice(0, line.indexOf('\t')));
  throw new GitFailed(
    'absent',
    `${name} has no branch ${branch} at its git server. Correct branch in starter.yaml.`,
  );
}
