const firstMs = 1_000;
const longestMs = 30_000;
/** A service that worked this long counts as healthy: its next end resets the backoff. */
const ranWellMs = 60_000;

/**
 * Counts how often in a row a service ended soon after its start, and computes the pause before the next start:
 * 1 s, 2 s, 4 s … 30 s. A broken service must not take the processor from a working one.
 */
export class RestartPauses {
  #inARow = 0;

  /**
   * @param workedMs milliseconds it worked, from being ready to its end; 0 when it never was.
   * @returns milliseconds until it may be started again
   */
  next(workedMs: number): number {
    if (workedMs >= ranWellMs) this.#inARow = 0;
    this.#inARow += 1;
    return Math.min(longestMs, firstMs * 2 ** (this.#inARow - 1));
  }
}
