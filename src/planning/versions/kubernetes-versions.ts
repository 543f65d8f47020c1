import type { ClusterObservation } from '../node/observation.js';
import { compareVersions, isVersion } from './versions.js';

/**
 * The lowest and highest running Kubernetes version: image tags of the static pods and kubelets. Never the version of one API server alone:
 * another may run another version. Undefined when none was reported.
 */
export function kubernetesVersions({
  nodes,
  workloads,
}: Pick<ClusterObservation, 'nodes' | 'workloads'>): { lowest: string; highest: string } | undefined {
  const kubelets = nodes.flatMap(({ kubernetes }) =>
    kubernetes.kind === 'answered' ? [kubernetes.value?.kubeletVersion ?? ''] : [],
  );
  const components =
    workloads.kind === 'answered' ? workloads.value.controlPlane.map((pod) => pod.version) : [];
  const all = [...new Set([...kubelets, ...components])].filter(isVersion).toSorted(compareVersions);
  const [lowest] = all;
  const highest = all.at(-1);
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
}
