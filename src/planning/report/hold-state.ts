import { moment, quoted } from '../text/phrases.js';

/** What became of the hold of a run that did not end clean. */
export type HoldState =
  | { readonly kind: 'held' }
  /** A person released the cluster. `at`: ISO time. */
  | { readonly kind: 'released'; readonly by: string; readonly why: string; readonly at: string }
  /** It is gone: a later run ended it, or the queue no longer knows who released it. */
  | { readonly kind: 'lifted' };

/** That the hold is gone, and who released it: a sentence without a full stop. Undefined: it stands, or nobody knows. */
export function liftedText(hold: HoldState | undefined): string | undefined {
  if (hold?.kind === 'released')
    return `${quoted(hold.by)} released the cluster on ${moment(hold.at)}: ${quoted(hold.why)}`;
  return hold?.kind === 'lifted' ? 'The cluster is no longer held by this run' : undefined;
}
