/** What the kill matrix came to: `test/scenarios/kill-matrix` writes it, the page shows it. */
export interface MatrixResult {
  /** ISO time. */
  readonly endedAt: string;
  /** Columns, in order: `killed before`. */
  readonly columns: readonly string[];
  readonly orders: readonly {
    /** As `stepOrders` names it. */
    readonly name: string;
    readonly rows: readonly {
      readonly step: string;
      /** One for each column. */
      readonly cells: readonly MatrixCell[];
    }[];
  }[];
  readonly violations: readonly string[];
  /** Milliseconds from each kill until the next worker was given a step. */
  readonly resumedMs: readonly number[];
}

export interface MatrixCell {
  /**
   * `same end`: played, and it ended as without the interruption. `named halt`: played, and it halted with a reason. `elsewhere`: another
   * test plays it. `senseless`: it cannot happen. `broken`: played, and neither. `not reached`: it was to be played, and its run came to
   * its end before.
   */
  readonly kind: 'same end' | 'named halt' | 'elsewhere' | 'senseless' | 'broken' | 'not reached';
  /** Which halt, which test, or why not. */
  readonly note?: string;
}
