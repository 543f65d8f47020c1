import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CredentialReference } from '../inventory/credential.js';
import { CommandFailed, runCommand } from './run-command.js';

export type ExecReference = Extract<CredentialReference, { exec: string[] }>;

/** A password manager may ask its server; one that takes longer is waiting for input that nobody will give. */
const execMs = 30_000;

export interface ExecOptions {
  /** The working folder for a program whose name has a slash. */
  readonly base: string;
  /** The largest output that is accepted as a credential. */
  readonly bytesMax: number;
  readonly refuse: (why: string) => never;
  readonly timeoutMs?: number;
}

/**
 * The standard output of a program. It runs without a shell and sees PATH, HOME, LANG, TMPDIR and the variables that its reference lists,
 * and nothing else of our environment.
 *
 * Its output is a secret, and its error output may hold one: a refusal names only the program and how it ended.
 */
export async function printedByProgram(reference: ExecReference, options: ExecOptions): Promise<string> {
  const { base, bytesMax, refuse, timeoutMs = execMs } = options;
  const [command = '', ...args] = reference.exec;
  const program = path.basename(command);
  try {
    const { stdout, stdoutTruncated } = await runCommand({
      command,
      args,
      env: named(reference.env, program, refuse),
      // A worker on another machine may not have this folder, and a program on PATH does not need it.
      ...(existsSync(base) ? { cwd: base } : {}),
      timeoutMs,
      maxBytes: bytesMax,
    });
    if (stdoutTruncated) refuse(`${program} printed more than ${bytesMax} bytes`);
    return stdout;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return refuse(howItEnded(error, program));
  }
}

function named(
  variables: readonly string[],
  program: string,
  refuse: (why: string) => never,
): Record<string, string> {
  const pairs = variables.map((variable): [string, string] => {
    const value = process.env[variable];
    if (!value) refuse(`the environment variable ${variable}, which ${program} is to see, is not set`);
    return [variable, value ?? ''];
  });
  return Object.fromEntries(pairs);
}

/** Never the error's own message: it repeats arguments and output. */
function howItEnded(failure: CommandFailed, program: string): string {
  const seconds = `${(failure.durationMs / 1000).toFixed(1)} s`;
  if (failure.notStarted !== undefined)
    return failure.notStarted.includes('setpriv')
      ? 'setpriv is not on PATH; install util-linux 2.33 or later'
      : `${program} is no program on PATH, or cannot be executed`;
  if (failure.timedOut) return `${program} was stopped after ${seconds}: it took longer than its time limit`;
  const end = failure.signal === undefined ? `exit code ${failure.exitCode}` : `signal ${failure.signal}`;
  return `${program} ended with ${end} after ${seconds}; what it printed is not shown, for it may hold the secret. Run it yourself, as the worker's user`;
}
