import type { RepositorySettings } from '../../starter/settings.js';
import { readCredential } from '../credentials.js';
import { runCommand } from '../run-command.js';

/** A server far away takes seconds. */
const gitMs = 30_000;

/**
 * Where the branch of a repository stands at its git server: `git ls-remote`.
 *
 * A token goes through git's own configuration in the environment, where other users of the machine do not see it; over ssh git signs
 * in with the keys of the user it runs as.
 *
 * @throws CommandFailed when the server does not answer or refuses; Error when it has no such branch.
 */
export async function remoteHead(repository: RepositorySettings, base = repository.base): Promise<string> {
  const { access, branch, name, url } = repository;
  const token =
    access && 'token' in access
      ? (await readCredential(`token for ${name}`, access.token, base)).text.trim()
      : undefined;
  const user = access && 'token' in access ? (access.user ?? 'x-access-token') : '';
  const basic = Buffer.from(`${user}:${token ?? ''}`).toString('base64');
  const ref = `refs/heads/${branch}`;
  const { stdout } = await runCommand({
    command: 'git',
    args: ['ls-remote', '--exit-code', '--', url, ref],
    env: gitEnvironment(token === undefined ? {} : { 'http.extraHeader': `Authorization: Basic ${basic}` }),
    secrets: token === undefined ? [] : [token, basic],
    timeoutMs: gitMs,
    maxBytes: 64 * 1024,
    // No such branch.
    acceptExitCodes: [0, 2],
  });
  const found = stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, place]) => place === ref)?.[0];
  if (found !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(found)) return found;
  throw new Error(`${name} has no branch ${branch} at its git server. Correct branch in starter.yaml.`);
}

/** Nothing is asked of a person, no redirect takes the token elsewhere, and only these protocols are spoken. */
function gitEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries({
    'credential.helper': '',
    'http.followRedirects': 'false',
    'protocol.allow': 'never',
    'protocol.https.allow': 'always',
    'protocol.http.allow': 'always',
    'protocol.ssh.allow': 'always',
    'protocol.file.allow': 'always',
    ...settings,
  });
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}
