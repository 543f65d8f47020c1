const firstMs = 1_000;
const longestMs = 30_000;
/** A service that worked this long was well: its next end is a new story. */
const ranWellMs = 60_000;

/**
 * Counts how often in a row a service ended soon after its start, and says how long to wait before the next one:
 * 1 s, 2 s, 4 s … 30 s. A service that cannot work must not take the machine from one that can.
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
