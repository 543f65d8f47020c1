import { CommandStopped, exitCodes } from './mistakes.js';

/** Ctrl-C ended a command that had to clean up first. */
class Interrupted extends CommandStopped {
  override readonly name = 'Interrupted';
  readonly exitCode = exitCodes.interrupted;
}

/**
 * Acts until it is done or somebody presses Ctrl-C: then its signal aborts, and it ends when it has cleaned up.
 * For commands that hold files which must not stay.
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
