/** The results of the kill matrix: `test/scenarios/kill-matrix` writes them, piece by piece, and the page shows them. */
export interface MatrixResult {
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
  /** The results behind the cells; each piece counts as it was played last. */
  readonly played: readonly PlayedColumn[];
}

/** One column of one order. */
export interface PlayedColumn {
  readonly order: string;
  readonly column: string;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** By step: the columns that are played. */
  readonly cells: Readonly<Record<string, MatrixCell>>;
  /** Milliseconds from each kill until the next worker was given a step. */
  readonly resumedMs: readonly number[];
  /** Promises that the watcher found broken meanwhile. */
  readonly violations: readonly string[];
}

export interface MatrixCell {
  /**
   * `same end`: played, and it ended as without the interruption. `named halt`: played, and it halted with a reason. `elsewhere`: another
   * cell or another test plays it. `broken`: played, and neither. `not reached`: its run ended before that step. `not played`: not yet.
   */
  readonly kind: 'same end' | 'named halt' | 'elsewhere' | 'broken' | 'not reached' | 'not played';
  /** Which halt, why it is the same elsewhere, or what broke. */
  readonly note?: string;
  /** Of `elsewhere`: an order, a step, a test. */
  readonly where?: string;
}

/** The figures of the matrix. */
export interface MatrixFigures {
  readonly cells: Readonly<Record<MatrixCell['kind'], number>>;
  /** Cells that ended neither well nor with a named halt, and promises that the watcher found broken. */
  readonly broken: number;
  readonly resumedMs: readonly number[];
  /** ISO times of the first column and the last; undefined: none was played. */
  readonly from: string | undefined;
  readonly until: string | undefined;
}

export function matrixFigures({ orders, played }: MatrixResult): MatrixFigures {
  const all = orders.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.map(({ kind }) => kind)));
  const count = (kind: MatrixCell['kind']): number => all.filter((one) => one === kind).length;
  const cells = {
    'same end': count('same end'),
    'named halt': count('named halt'),
    elsewhere: count('elsewhere'),
    broken: count('broken'),
    'not reached': count('not reached'),
    'not played': count('not played'),
  };
  const violations = played.reduce((sum, column) => sum + column.violations.length, 0);
  return {
    cells,
    broken: cells.broken + cells['not reached'] + violations,
    resumedMs: played.flatMap(({ resumedMs }) => resumedMs),
    from: played.map(({ startedAt }) => startedAt).toSorted()[0],
    until: played
      .map(({ endedAt }) => endedAt)
      .toSorted()
      .at(-1),
  };
}
