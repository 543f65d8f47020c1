import { execa } from 'execa';
import { dieWithLab } from './die-with-lab.js';

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

/** Runs a program to its end, as a person would type it; any exit code is accepted. */
export async function foreground(
  command: string,
  args: readonly string[],
  options: Foreground,
): Promise<Finished> {
  const result = await begin(command, args, options);
  return {
    code: result.exitCode ?? -1,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
  };
}

/** Starts it without waiting; it dies with this process. */
export function begin(
  command: string,
  args: readonly string[],
  { cwd, env, input, timeoutMs, signal }: Foreground,
) {
  const start = dieWithLab(command, args);
  return execa(start.command, start.args, {
    ...(cwd ? { cwd } : {}),
    ...(input === undefined ? {} : { input }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(signal ? { cancelSignal: signal } : {}),
    env,
    extendEnv: false,
    reject: false,
  });
}
