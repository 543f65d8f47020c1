import { z } from 'zod';

const unitMilliseconds = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A duration setting: written `500ms`, `30s`, `5m`, `1h` or `2d`, stored in milliseconds.
 * `otherwise` is the default.
 */
export function duration(otherwise: string) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'a duration is written 30s, 5m or 1h')
    .default(otherwise)
    .transform(parseDuration);
}

/** Milliseconds of a duration that the schema has already accepted. */
export function parseDuration(text: string): number {
  const match = /^(?<count>\d+(?:\.\d+)?)(?<unit>ms|s|m|h|d)$/.exec(text);
  if (!match?.groups) throw new Error(`"${text}" is not a duration. Write it like 30s, 5m or 1h.`);
  const unit = match.groups['unit'] as keyof typeof unitMilliseconds;
  return Math.round(Number(match.groups['count']) * unitMilliseconds[unit]);
}
