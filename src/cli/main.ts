import { CommanderError } from 'commander';
import { CommandStopped, exitCodes, TemporalUnreachable, type ExitCode } from './mistakes.js';
import { createProgram } from './program.js';
import { say } from './terminal.js';

/** Runs one command line and sets the exit code. A user's mistake prints a sentence; a bug prints a stack trace. */
export async function main(argv: readonly string[]): Promise<void> {
  // The reader of our output may close the pipe (`slipway watch | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    throw error;
  });
  let code: ExitCode = exitCodes.ok;
  try {
    const program = createProgram((finished) => {
      code = finished;
    });
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = await failed(error);
  }
  process.exitCode = code;
}

async function failed(error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const stopped = await asStopped(error);
  if (stopped) {
    say(stopped.message);
    if (stopped.hint !== '') say(stopped.hint);
    return stopped.exitCode;
  }
  say(
    `This is a bug of Slipway, not of what you typed:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCodes.refused;
}

/** Temporal may become unreachable in the middle of any command. */
async function asStopped(error: unknown): Promise<CommandStopped | undefined> {
  if (error instanceof CommandStopped) return error;
  const { isSilence } = await import('../runs/temporal/grpc-failure.js');
  return isSilence(error)
    ? new TemporalUnreachable('Temporal stopped answering in the middle of this command.', 'Type it again.')
    : undefined;
}
