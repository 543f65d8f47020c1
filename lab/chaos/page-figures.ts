import { counted, seconds } from './run-text.js';

/** `on 2026-01-01`, `from 2026-01-01 to 2026-01-03` @param times ISO */
export function datesOf(times: readonly string[]): string {
  const days = times.map((time) => time.slice(0, 10)).toSorted();
  const [first = 'no day', last = first] = [days[0], days.at(-1)];
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}

/** @param resumedMs milliseconds from each kill until the next worker was given a step. */
export function resumedRow(resumedMs: readonly number[]): string {
  const sorted = resumedMs.toSorted((a, b) => a - b);
  const last = sorted.at(-1);
  if (last === undefined) return 'nobody was killed';
  return `${seconds(quantile(sorted, 0.5))} median, ${seconds(quantile(sorted, 0.95))} p95, ${seconds(last)} at most (${counted(sorted.length, 'kill')})`;
}

/** @param sorted not empty. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
