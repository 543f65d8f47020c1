import type { RepositorySettings } from '../starter/settings.js';
import { openGitHub, type GitHub } from '../tools/git-host/github.js';
import { declaredRemote } from '../tools/git/declared-remote.js';
import { GitMirror } from '../tools/git/mirror.js';
import type { ActivitySettings, Wait } from './activity-context.js';

/** A repository of starter.yaml, ready to be read. */
export interface OpenRepository {
  readonly mirror: GitMirror;
  /** Undefined where its git host is a plain git server, or without credentials. */
  readonly github: GitHub | undefined;
}

/** Opens a repository: its local mirror, and its git host. Asks neither anything, except for an app's git token. */
export async function openRepository(
  { credentialsFolder, repositoriesFolder }: ActivitySettings,
  repository: RepositorySettings,
  wait: Wait,
): Promise<OpenRepository> {
  const base = credentialsFolder ?? repository.base;
  const { access, gitHost } = repository;
  const github = gitHost === 'github' && access ? await openGitHub(repository, base) : undefined;
  const remote = await declaredRemote(repository, base, await github?.gitToken());
  const mirror = new GitMirror({ ...remote, folder: repositoriesFolder, signal: wait.signal });
  return { mirror, github };
}
