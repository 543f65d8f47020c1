import { type CommandResult, runCommand } from '../run-command.js';
import type { CheckedRemote } from './git-remote.js';

/** One call of git. */
export interface GitCall {
  /** The bare repository; left out: none, whatever folder this runs in. */
  readonly mirror?: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Whom it may speak to; without it, nobody. */
  readonly remote?: CheckedRemote;
  readonly acceptExitCodes?: readonly number[];
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What of our own environment decides how the network is reached. */
const network = (
  'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy ' +
  'SSL_CERT_FILE SSL_CERT_DIR GIT_SSL_CAINFO GIT_SSL_CAPATH SSH_AUTH_SOCK'
).split(' ');

/**
 * Nothing of the machine's or the user's own configuration counts; nobody is asked for a password; nothing of the repository is run.
 * A redirect is not followed: the token is for the server that was named.
 */
const always: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['http.followRedirects', 'false'],
  // A server that sends next to nothing is left, in bytes and seconds.
  ['http.lowSpeedLimit', '100'],
  ['http.lowSpeedTime', '30'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.autoDetach', 'false'],
  // What a reader was told of may not vanish under it; what nobody needs is little.
  ['gc.pruneExpire', 'never'],
  ['maintenance.auto', 'false'],
  ['protocol.version', '2'],
];

/** Runs git. Secrets travel in its environment, never in arguments. @throws CommandFailed */
export async function runGit(call: GitCall): Promise<CommandResult> {
  const { mirror = '/dev/null', args, timeoutMs, remote, acceptExitCodes, maxBytes, signal } = call;
  return runCommand({
    command: 'git',
    args,
    env: { ...environment(remote), GIT_DIR: mirror },
    timeoutMs,
    secrets: remote?.secrets ?? [],
    ...(acceptExitCodes ? { acceptExitCodes } : {}),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(signal ? { signal } : {}),
  });
}

function environment(remote: CheckedRemote | undefined): Record<string, string> {
  const settings = [...always, ...(remote?.config ?? [])];
  const config = settings.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const handedOn = remote
    ? network.flatMap((name): [string, string][] => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      })
    : [];
  return {
    ...Object.fromEntries([...config, ...handedOn]),
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    GIT_ALLOW_PROTOCOL: (remote?.allow ?? []).join(':') || 'none',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    // Its words are read.
    LC_ALL: 'C',
  };
}
