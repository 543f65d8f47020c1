/** The upper limit of a figure; undefined: no limit. In the figure's own unit. */
export interface Budget {
  readonly median?: number;
  readonly p95?: number;
}

/** One line of the table, and of the JSON. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  /** The number of values it was computed from. */
  readonly n: number;
  readonly median: number;
  /** By nearest rank: with fewer than twenty values the greatest of them. */
  readonly p95: number;
  /** Null: no limit, for comparing from one time to the next. */
  readonly budget: Budget | null;
  readonly ok: boolean;
  /** Load of the machine, averaged over a minute, when the last value was taken: a busy machine makes times longer. */
  readonly load: number;
}

export type Unit = 's' | 'ms' | 'ratio' | 'events' | 'KiB' | 'B' | 'MiB' | 'starts' | 'requests' | 'nodes';

/** The inputs of a figure. */
export interface Measured {
  readonly name: string;
  readonly unit: Unit;
  readonly values: readonly number[];
  readonly budget?: Budget;
  readonly load: number;
}

/** The figure of some values. @throws Error when there are none: it would be within every budget. */
export function figureOf({ name, unit, values, budget, load }: Measured): Figure {
  if (values.length === 0) throw new Error(`${name}: nothing was measured`);
  const median = rounded(quantile(values, 0.5));
  const p95 = rounded(quantile(values, 0.95));
  const within = (value: number, limit: number | undefined): boolean => limit === undefined || value <= limit;
  return {
    name,
    unit,
    n: values.length,
    median,
    p95,
    budget: budget ?? null,
    ok: within(median, budget?.median) && within(p95, budget?.p95),
    load: Math.round(load * 10) / 10,
  };
}

/** The value at that share of the sorted values, by nearest rank; the median of an even number lies between two. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const found = sorted[rank - 1] ?? Number.NaN;
  if (share !== 0.5 || sorted.length % 2 === 1) return found;
  return (found + (sorted[rank] ?? found)) / 2;
}

/** Three significant digits; the rest is noise. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
