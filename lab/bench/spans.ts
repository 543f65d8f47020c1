/** A time span, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The total length of some spans; overlaps count once. Milliseconds. */
export function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return length;
}

/** The total length of some spans outside of the others. Milliseconds. */
export function lengthOutside(spans: readonly Span[], others: readonly Span[]): number {
  return lengthOf([...spans, ...others]) - lengthOf(others);
}

/** The parts of some spans within another. */
export function within(spans: readonly Span[], { from, to }: Span): Span[] {
  return spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.to > span.from);
}
