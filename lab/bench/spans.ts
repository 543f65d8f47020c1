/** From when to when, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How long some spans are together; where two are at the same time it counts once. Milliseconds. */
export function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    length += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return length;
}

/** How much of some spans lies in none of the others. Milliseconds. */
export function lengthOutside(spans: readonly Span[], others: readonly Span[]): number {
  return lengthOf([...spans, ...others]) - lengthOf(others);
}

/** The parts of some spans that lie within another. */
export function within(spans: readonly Span[], { from, to }: Span): Span[] {
  return spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.to > span.from);
}
