import { CommandStopped, exitCodes } from './mistakes.js';

/** Ctrl-C ended a command that had to clean up first. */
class Interrupted extends CommandStopped {
  override readonly name = 'Interrupted';
  readonly exitCode = exitCodes.interrupted;
}

/**
 * Runs a command until it is done. Ctrl-C aborts its signal, and the command ends when it has cleaned up.
 * For commands that must not leave files behind.
 */
export async function untilInterrupted<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await act(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) throw new Interrupted('Stopped. Nothing was kept in clear.');
    throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
