import type { Reason } from '../planning/reasons/reason.js';

/**
 * A failure whose reason is known as a value. Whoever shows it calls `describe(error.reason)`;
 * the message here names only the kind, for stacks.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly reason: Reason,
    options?: { cause?: unknown },
  ) {
    super(reason.kind, options);
  }
}

/** The first lines of whatever was thrown, fit for a sentence. */
export function messageOf(error: unknown, charactersMax = 300): string {
  const text = error instanceof Error ? error.message : String(error);
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > charactersMax ? `${flat.slice(0, charactersMax)} …` : flat;
}
