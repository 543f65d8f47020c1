import type { Moment, Span } from '../evidence.js';

/** The last entry of a list in the order of time that is not after a moment. */
export function lastBefore<T extends { readonly at: Moment }>(list: readonly T[], at: Moment): T | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as T).at <= at) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
}

/** Whether a moment is in one of the spans, or at most `slack` milliseconds outside it. */
export function covered(spans: readonly Span[], at: Moment, slack = 0): boolean {
  return spans.some(({ from, to }) => at >= from - slack && at <= to + slack);
}

/** Seconds, for sentences. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
