import type { RepositorySettings } from '../starter/settings.js';
import { readCredential } from '../tools/credentials.js';
import { openGitHub, type GitHub } from '../tools/forge/github.js';
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
  const { access, url, name } = repository;
  const base = credentialsFolder ?? repository.base;
  const github = repository.forge === 'github' && access ? await openGitHub(repository, base) : undefined;
  const token = github
    ? await github.gitToken()
    : access && 'token' in access
      ? (await readCredential(`token for ${name}`, access.token, base)).text.trim()
      : undefined;
  const user = access && 'token' in access ? access.user : undefined;
  const mirror = new GitMirror({
    url,
    // What starter.yaml may name was checked when it was read: plain http only on this machine.
    allow: ['https', 'ssh', 'http', 'file'],
    ...(token === undefined ? {} : { token }),
    ...(user === undefined ? {} : { user }),
    folder: repositoriesFolder,
    signal: wait.signal,
  });
  return { mirror, github };
}
