import { etcdHealthy } from './etcd-quorum-guard.js';
import type { ClusterObservation } from '../node/observation.js';
import type { PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';

/**
 * Whether a control plane that came back is in etcd again, and etcd as a whole is healthy; otherwise the first violation. Where Talos on
 * the node is unreachable, its member is not known to be unhealthy: Slipway asks the member through Talos.
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
