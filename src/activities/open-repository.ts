import type { RepositorySettings } from '../starter/settings.js';
import { openGitHub, type GitHub } from '../tools/forge/github.js';
import { declaredRemote } from '../tools/git/declared-remote.js';
import { GitMirror } from '../tools/git/mirror.js';
import type { ActivitySettings, Wait } from './activity-context.js';

/** A repository of starter.yaml, ready to be read. */
export interface OpenRepository {
  readonly mirror: GitMirror;
  /** Undefined where its forge is only a git server, or nobody may sign in. */
  readonly github: GitHub | undefined;
}

/** Opens a repository: its mirror on this disk, and its forge. Asks neither anything, but a token for git where an app needs one. */
export async function openRepository(
  { credentialsFolder, repositoriesFolder }: ActivitySettings,
  repository: RepositorySettings,
  wait: Wait,
): Promise<OpenRepository> {
  const base = credentialsFolder ?? repository.base;
  const { access, forge } = repository;
  const github = forge === 'github' && access ? await openGitHub(repository, base) : undefined;
  const remote = await declaredRemote(repository, base, await github?.gitToken());
  const mirror = new GitMirror({ ...remote, folder: repositoriesFolder, signal: wait.signal });
  return { mirror, github };
}
