import type { EnqueueMerge, BlockedVersion, PendingMerge } from './messages.js';

/** A merge that may not begin yet. */
export interface Waiting extends EnqueueMerge {
  /** ISO time. */
  readonly since: string;
}

/**
 * The pending merge, as the queue's memo shows it.
 *
 * @param blockedVersion why it does not begin automatically.
 */
export function waitingOf(
  { input: { request }, since }: Waiting,
  blockedVersion: BlockedVersion | undefined,
): PendingMerge {
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
