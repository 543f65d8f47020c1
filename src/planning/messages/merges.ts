import type { EnqueueMergeAnswer } from '../../workflows/messages.js';
import type { About, Message } from './message.js';

/** The queue's response to a merge. */
export interface QueuedMerge {
  /** The newer version that the merge declares; left out: none. */
  readonly target?: string;
  /** Left out: nothing was submitted. */
  readonly answer?: EnqueueMergeAnswer;
  /** The version that waited, and that git no longer declares. */
  readonly cancelled?: string;
  /** Who merged. */
  readonly by: string;
}

/**
 * The notification of a merge: it waits, or a version gave way. Nothing where a run begins, since the run sends its own, and nothing for a
 * merge that was notified before.
 */
export function mergeMessages({ target, answer, cancelled, by }: QueuedMerge, about: About): Message[] {
  const gaveWay = (older: string, newer?: string): Message => ({
    ...about,
    part: older,
    kind: 'superseded',
    target: older,
    by,
    ...(newer === undefined ? {} : { newer }),
  });
  if (cancelled !== undefined) return [gaveWay(cancelled)];
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
