import { execa } from 'execa';

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Foreground {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Written to stdin. */
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, as a person would type it; any exit code is an answer. */
export async function foreground(
  command: string,
  args: readonly string[],
  options: Foreground,
): Promise<Finished> {
  const result = await execa('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
    env: options.env,
    extendEnv: false,
    reject: false,
  });
  return {
    code: result.exitCode ?? -1,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
  };
}
