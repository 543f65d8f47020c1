import { GitFailed } from './git-failed.js';

/** Allowed protocols. `http` is for servers on this machine, `file` for tests and local mirrors. */
export type GitProtocol = 'https' | 'ssh' | 'http' | 'file';

/** A remote repository and its credential. */
export interface GitRemote {
  /** `https://…`, `ssh://…` or `git@host:path`. Never with a password in it. */
  readonly url: string;
  /** A token, sent to this server alone. For ssh, the keys of the user who runs this count. */
  readonly token?: string;
  /** The user name for the token. Default: the one GitHub expects; GitLab and Forgejo accept any. */
  readonly user?: string;
  /** Default: https and ssh. */
  readonly allow?: readonly GitProtocol[];
}

/** A validated remote. */
export interface CheckedRemote {
  readonly url: string;
  readonly allow: readonly GitProtocol[];
  /** Git configuration that carries the token, and the texts of it that must not be shown. */
  readonly config: readonly (readonly [string, string])[];
  readonly secrets: readonly string[];
}

/** @throws GitFailed `refused`, without the address where it may hold a password. */
export function checkedRemote({ url, token, user, allow = ['https', 'ssh'] }: GitRemote): CheckedRemote {
  const refuse = (what: string): never => {
    throw new GitFailed('refused', `The repository's address ${what}.`);
  };
  if (url.length > 2000 || /[\s\p{Cc}]/u.test(url)) refuse('has blanks in it, or is too long');
  const protocol =
    protocolOf(url) ?? refuse('is none that git has: write it like https://host/owner/name.git');
  if (!allow.includes(protocol)) refuse(`begins with ${protocol}, and only ${allow.join(', ')} may be used`);
  if (protocol === 'file' || protocol === 'ssh' || !URL.canParse(url))
    return { url, allow, config: [], secrets: [] };
  const parsed = new URL(url);
  if (parsed.username !== '' || parsed.password !== '')
    refuse('has a name or password in it: give them as access.token, by reference');
  if (token === undefined) return { url, allow, config: [], secrets: [] };
  if (/[\r\n\0]/.test(token) || token === '') refuse('came with a token that is none');
  if (protocol === 'http' && !onThisMachine.has(parsed.hostname))
    refuse('begins with http, and a token is sent in clear to nobody but this machine');
  const basic = Buffer.from(`${user ?? 'x-access-token'}:${token}`).toString('base64');
  return {
    url,
    allow,
    config: [[`http.${parsed.origin}/.extraHeader`, `Authorization: Basic ${basic}`]],
    secrets: [token, basic],
  };
}

const onThisMachine = new Set(['127.0.0.1', '[::1]', 'localhost']);

function protocolOf(url: string): GitProtocol | undefined {
  const [, named] = /^([a-z]+):\/\/./.exec(url) ?? [];
  if (named !== undefined) return protocols.find((protocol) => protocol === named);
  if (url.startsWith('/')) return 'file';
  // The form that ssh takes: git@host:path. A leading dash would be an option of ssh.
  return /^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9[][\w.:\]-]*:[^-:]/.test(url) ? 'ssh' : undefined;
}

const protocols: readonly GitProtocol[] = ['https', 'ssh', 'http', 'file'];
