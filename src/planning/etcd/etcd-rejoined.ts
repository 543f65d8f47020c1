import { etcdHealthy } from './etcd-quorum-guard.js';
import type { ClusterObservation } from '../node/observation.js';
import type { PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';

/**
 * Whether a control plane that came back is in etcd again, and etcd as a whole is well; otherwise the first thing that is not so. Where
 * nobody hears Talos on the node, its member is not known to be ill: it is asked through Talos.
 */
export function etcdRejoined(
  observation: ClusterObservation,
  { name, address }: Pick<PlannedNode, 'name' | 'address'>,
): Reason | undefined {
  const reason = etcdHealthy(observation);
  if (reason?.kind !== 'etcd-member-unhealthy' || reason.node !== name) return reason;
  const talos = observation.nodes.find((one) => one.name === name)?.talos;
  if (talos?.kind !== 'unreachable') return reason;
  return { kind: 'talos-unreachable', node: name, endpoint: address, why: talos.why };
}
