import type { Offer, BlockedVersion, WaitingOffer } from './messages.js';

/** A merge that may not begin yet. */
export interface Waiting extends Offer {
  /** ISO time. */
  readonly since: string;
}

/**
 * The same for whoever reads the queue's memo.
 *
 * @param blockedVersion why it does not begin automatically.
 */
export function waitingOf(
  { input: { request }, since }: Waiting,
  blockedVersion: BlockedVersion | undefined,
): WaitingOffer {
  const { talos, commit, origin } = request;
  const { repository, pullRequest } = origin ?? {};
  return {
    target: talos,
    since,
    ...(commit === undefined ? {} : { commit }),
    ...(repository === undefined ? {} : { repository }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(blockedVersion ? { blockedVersion } : {}),
  };
}
