import type { OfferAnswer } from '../../workflows/messages.js';
import type { About, Message } from './message.js';

/** What a cluster's queue said of a merge. */
export interface QueuedMerge {
  /** What the merge declares; left out: no version that is newer. */
  readonly target?: string;
  /** Left out: nothing was handed over. */
  readonly answer?: OfferAnswer;
  /** The version that waited, and that git does not declare any more. */
  readonly withdrawn?: string;
  /** Who merged. */
  readonly by: string;
}

/**
 * What receivers are told of a merge: that it waits, or that a version gave way. Nothing where a run begins, which tells of itself, nor of a
 * merge that was told of before.
 */
export function mergeMessages({ target, answer, withdrawn, by }: QueuedMerge, about: About): Message[] {
  const gaveWay = (older: string, newer?: string): Message => ({
    ...about,
    part: older,
    kind: 'superseded',
    target: older,
    by,
    ...(newer === undefined ? {} : { newer }),
  });
  if (withdrawn !== undefined) return [gaveWay(withdrawn)];
  if (target === undefined) return [];
  if (answer?.verdict === 'refused')
    return answer.reason.kind === 'superseded' ? [gaveWay(target, answer.reason.target)] : [];
  if (answer?.verdict !== 'waits') return [];
  const { reason, instead } = answer;
  return [
    ...(instead === undefined ? [] : [gaveWay(instead, target)]),
    { ...about, part: target, kind: 'queued', target, reason, by },
  ];
}
