import { type CommandResult, runCommand } from '../run-command.js';
import type { CheckedRemote } from './git-remote.js';

/** One call of git. */
export interface GitCall {
  /** The bare repository; left out: none, whatever the working folder is. */
  readonly mirror?: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** The remote it may access; without it git has no network access. */
  readonly remote?: CheckedRemote;
  readonly acceptExitCodes?: readonly number[];
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The variables of our environment that configure network access. */
const network = (
  'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy ' +
  'SSL_CERT_FILE SSL_CERT_DIR GIT_SSL_CAINFO GIT_SSL_CAPATH SSH_AUTH_SOCK'
).split(' ');

/**
 * Ignores the machine's and the user's git configuration, never prompts for a password, and runs nothing of the repository. Redirects are
 * not followed: the token is for the configured server.
 */
const always: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['http.followRedirects', 'false'],
  // Aborts when a server stays below this rate: bytes per second, and seconds.
  ['http.lowSpeedLimit', '100'],
  ['http.lowSpeedTime', '30'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.autoDetach', 'false'],
  // Objects that a reader was given must not vanish; unreferenced objects are small.
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
    // Slipway parses the messages, so they must be English.
    LC_ALL: 'C',
  };
}
