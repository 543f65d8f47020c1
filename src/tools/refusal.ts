import type { Reason } from '../planning/reasons/reason.js';

/** A failure whose reason is a value. To show it, call `describe(error.reason)`; the message here names only the kind, for stack traces. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly reason: Reason,
    options?: { cause?: unknown },
  ) {
    super(reason.kind, options);
  }
}

/** The first lines of any thrown value, fit for a sentence. */
export function messageOf(error: unknown, charactersMax = 300): string {
  const text = error instanceof Error ? error.message : String(error);
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > charactersMax ? `${flat.slice(0, charactersMax)} …` : flat;
}
