import { allReasons } from './all-reasons.js';
import type { Failure } from './entry.js';
import type { Reason } from './reason.js';

/** What a reason leads to. A kind that stands nowhere, of a worker of a newer release, halts as what is `unexpected` does. */
export function failureOf({ kind }: Pick<Reason, 'kind'>): Failure {
  const known: Readonly<Partial<Record<string, { readonly failure: Failure }>>> = allReasons;
  return (known[kind] ?? allReasons.unexpected).failure;
}

/** Whether a node was returned to service because it cannot be emptied: others may be. */
export function cannotBeEmptied(reason: Reason): boolean {
  const seen = reason.kind === 'gave-up' ? reason.reason : reason;
  return seen !== undefined && failureOf(seen).skippable === true;
}
