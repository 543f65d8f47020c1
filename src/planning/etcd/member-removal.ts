import { quorumSize } from './etcd-quorum.js';
import type { EtcdObservation } from '../node/observation.js';
import type { Reason } from '../reasons/reason.js';

/** What to do about the etcd member of a machine that is gone. */
export type MemberRemoval =
  | { readonly kind: 'gone' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'wait'; readonly reason: Reason };

/**
 * Whether the dead member may be removed by its recorded id. A new member of the same node has another id and is left alone. The remaining
 * members must be healthy, and a majority both before and after the removal. The removal is itself a write, and adding the member again
 * would need another one.
 *
 * @param id hex, with or without leading zeros.
 */
export function memberRemoval(id: string, { members, statuses }: EtcdObservation): MemberRemoval {
  const member = members.find((one) => plain(one.id) === plain(id));
  if (!member) return { kind: 'gone' };
  const left = members.filter((one) => one !== member && !one.learner);
  const healthy = left.filter((one) =>
    statuses.some(
      (status) =>
        status.kind === 'answered' &&
        plain(status.value.memberId) === plain(one.id) &&
        !status.value.learner &&
        status.value.errors.length === 0,
    ),
  ).length;
  const voting = members.filter((one) => !one.learner).length;
  const quorum = member.learner ? quorumSize(voting) : Math.max(quorumSize(voting), quorumSize(voting - 1));
  if (left.length === 0 || healthy < quorum)
    return { kind: 'wait', reason: { kind: 'etcd-quorum-at-risk', healthy, voting, quorum } };
  return { kind: 'remove' };
}

function plain(id: string): string {
  return id.toLowerCase().replace(/^0+(?=.)/, '');
}
