import { foreground } from './foreground.js';

/** Ignores user settings: hooks, signatures, templates. */
const SETTINGS = {
  'core.hooksPath': '/dev/null',
  'core.quotePath': 'false',
  'commit.gpgSign': 'false',
  'init.defaultBranch': 'main',
  'init.templateDir': '',
  'user.name': 'The lab',
  'user.email': 'lab@slipway.invalid',
};

/** The settings of a git run. */
export interface GitRun {
  /** Written to stdin. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the real git in a folder, without user settings.
 *
 * @returns its trimmed output.
 * @throws Error with git's message, when it ends with another code than 0.
 */
export async function git(directory: string, args: readonly string[], run: GitRun = {}): Promise<string> {
  const { code, stdout, stderr } = await tryGit(directory, args, run);
  if (code !== 0)
    throw new Error(`git ${args.join(' ')} in ${directory} ended with ${code}: ${stderr.trim() || stdout}`);
  return stdout.trim();
}

/** The same, where every exit code is accepted. */
export async function tryGit(
  directory: string,
  args: readonly string[],
  { input, env }: GitRun = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return foreground('git', ['-C', directory, ...settings, ...args], {
    env: { ...gitEnvironment(directory), ...env },
    ...(input === undefined ? {} : { input }),
    timeoutMs: 30_000,
  });
}

/** Environment of a git that reads only the settings of its repository. */
export function gitEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  };
}
