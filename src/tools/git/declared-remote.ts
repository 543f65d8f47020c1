import type { RepositorySettings } from '../../starter/settings.js';
import { readCredential } from '../credentials.js';
import type { GitRemote } from './git-remote.js';

/**
 * A repository as starter.yaml declares it, for git.
 *
 * @param base where relative credential files start.
 * @param made a token that was issued for it: for an app, which has none of its own. Default: the one that starter.yaml refers to.
 * @throws Refusal when that cannot be read.
 */
export async function declaredRemote(
  { access, name, url }: RepositorySettings,
  base: string,
  made?: string,
): Promise<GitRemote> {
  const own = access && 'token' in access ? access : undefined;
  const token =
    made ?? (own ? (await readCredential(`token for ${name}`, own.token, base)).text.trim() : undefined);
  return {
    url,
    // The schema of starter.yaml already restricts addresses: plain http only on this machine.
    allow: ['https', 'ssh', 'http', 'file'],
    ...(token === undefined ? {} : { token }),
    ...(own?.user === undefined ? {} : { user: own.user }),
  };
}
