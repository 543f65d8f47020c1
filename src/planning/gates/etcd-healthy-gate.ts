import { etcdHealthy } from '../etcd/etcd-quorum-guard.js';
import { count } from '../text/phrases.js';
import type { ClusterObservation } from '../node/observation.js';
import { closed, type GateVerdict, open } from './gates.js';

/** Open when every voter is there, healthy and caught up behind one leader, with no learner and no alarm. */
export function etcdHealthyGate(observation: ClusterObservation): GateVerdict {
  const reason = etcdHealthy(observation);
  return reason ? closed(reason) : open(seenOf(observation));
}

/** `3 voters healthy behind k8s-ctrl-2, 4 entries apart`. */
function seenOf({ etcd }: ClusterObservation): string {
  if (etcd.kind === 'unreachable') return etcd.why;
  const answered = etcd.value.statuses.flatMap((status) =>
    status.kind === 'answered' ? [{ node: status.node, ...status.value }] : [],
  );
  const leader = answered.find((status) => status.memberId === status.leaderId)?.node ?? 'another member';
  const applied = answered.map((status) => status.raftAppliedIndex);
  const apart = Math.max(...applied) - Math.min(...applied);
  const voters = `${count(answered.length, 'voter')} healthy behind ${leader}`;
  return answered.length > 1 ? `${voters}, ${count(apart, 'entry', 'entries')} apart` : voters;
}
