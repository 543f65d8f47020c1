import { allReasons } from './all-reasons.js';
import type { Failure } from './entry.js';
import type { Reason } from './reason.js';

/** What a reason leads to. An unknown kind, from a worker of a newer release, halts as `unexpected` does. */
export function failureOf({ kind }: Pick<Reason, 'kind'>): Failure {
  const known: Readonly<Partial<Record<string, { readonly failure: Failure }>>> = allReasons;
  return (known[kind] ?? allReasons.unexpected).failure;
}

/** Whether a node was returned to service because it cannot be drained: others may be. */
export function cannotBeEmptied(reason: Reason): boolean {
  const cause = reason.kind === 'gave-up' ? reason.reason : reason;
  return cause !== undefined && failureOf(cause).skippable === true;
}
