import { moment, quoted } from '../text/phrases.js';

/** State of the hold of a run that did not end clean. */
export type HoldState =
  | { readonly kind: 'held' }
  /** A person released the cluster. `at`: ISO time. */
  | { readonly kind: 'released'; readonly by: string; readonly why: string; readonly at: string }
  /** It is gone: a later run ended it, or the queue no longer records who released it. */
  | { readonly kind: 'lifted' };

/**
 * Says that the hold is gone, and who released it: a sentence without a full stop. Undefined: the hold stands, or its state is not known.
 */
export function liftedText(hold: HoldState | undefined): string | undefined {
  if (hold?.kind === 'released')
    return `${quoted(hold.by)} released the cluster on ${moment(hold.at)}: ${quoted(hold.why)}`;
  return hold?.kind === 'lifted' ? 'The cluster is no longer held by this run' : undefined;
}
