import type { ClusterObservation } from '../node/observation.js';
import { closed, type GateVerdict, open } from './gates.js';

/** The static pods every control plane runs. */
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** Open when API server, controller manager and scheduler are ready on every control plane. */
export function controlPlaneComponentsGate({ nodes, workloads }: ClusterObservation): GateVerdict {
  if (workloads.kind === 'unreachable') {
    return closed({ kind: 'kubernetes-unreachable', endpoints: [], why: workloads.why });
  }
  const seen = workloads.value.controlPlane;
  for (const { name, role } of nodes) {
    if (role !== 'control-plane') continue;
    for (const component of components) {
      const pods = seen.filter((pod) => pod.node === name && pod.component === component);
      if (!pods.some((pod) => pod.ready))
        return closed({ kind: 'component-not-ready', component, node: name });
    }
  }
  const controlPlanes = nodes.filter((node) => node.role === 'control-plane').length;
  return open(`${components.length * controlPlanes} of ${components.length * controlPlanes} ready`);
}
