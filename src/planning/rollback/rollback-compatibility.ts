import { etcdMoved } from '../etcd/etcd-of-talos.js';
import { kubernetesVersions } from '../versions/kubernetes-versions.js';
import type { ClusterObservation } from '../node/observation.js';
import type { PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import { kubernetesRange, knownTalosMinors } from '../versions/support-matrix.js';
import { isMinorBetween, minorOf } from '../versions/versions.js';

/**
 * Why the previous version of a node is incompatible with the cluster now: its Talos does not support the running Kubernetes, or its etcd
 * could not join data of a newer minor. Both depend on minors.
 *
 * @param to the version it rolls back from.
 */
export function oldForbidden(
  observation: Pick<ClusterObservation, 'nodes' | 'workloads' | 'etcd'>,
  { name, from, role }: Pick<PlannedNode, 'name' | 'from' | 'role'>,
  to: string,
): Reason | undefined {
  const range = kubernetesRange(from);
  if (!range) return { kind: 'talos-unsupported', version: from, known: knownTalosMinors };
  const runs = kubernetesVersions(observation);
  if (!runs)
    return {
      kind: 'kubernetes-unreachable',
      endpoints: [],
      why: 'no kubelet and no static pod reports its version',
    };
  const outside = [runs.lowest, runs.highest].find(
    (version) => !isMinorBetween(minorOf(version), range.lowest, range.highest),
  );
  if (outside !== undefined)
    return { kind: 'kubernetes-unsupported', talos: from, kubernetes: outside, ...range };
  if (role === 'worker') return undefined;
  const { etcd } = observation;
  if (etcd.kind === 'unreachable') return { kind: 'etcd-unreachable', why: etcd.why };
  const moved = etcdMoved(etcd.value, from, to);
  if (moved === undefined) return undefined;
  const why = `${moved}; talosctl etcd downgrade enable lowers it first, where all members are well`;
  return { kind: 'rollback-impossible', node: name, why };
}
