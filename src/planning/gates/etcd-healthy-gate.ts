import { etcdHealthy } from '../etcd-guard.js';
import type { ClusterObservation } from '../observation.js';
import { closed, type GateVerdict, open } from './gates.js';

/** Open when every voter is there, healthy and caught up behind one leader, with no learner and no alarm. */
export function etcdHealthyGate(observation: ClusterObservation): GateVerdict {
  const reason = etcdHealthy(observation);
  return reason ? closed(reason) : open;
}
