import { createHash } from 'node:crypto';
import type { NodeFacts } from './node-object.js';
import type { WirePod } from './pod-status.js';

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
export const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/**
 * The mirror pods of a control plane's static pods, as a Talos node has them. Their image tags show the Kubernetes version; the real API
 * server behind them is another version, which it reports at /version.
 */
export function mirrorPods(facts: NodeFacts, nodeUid: string): readonly WirePod[] {
  if (facts.role !== 'control-plane') return [];
  return COMPONENTS.map((component) => mirrorPod(component, facts, nodeUid));
}

/** True for a mirror pod. */
export function isMirrorPod(pod: WirePod): boolean {
  return pod.metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

function mirrorPod(component: string, facts: NodeFacts, nodeUid: string): WirePod {
  const image = `registry.k8s.io/${component}:${facts.kubernetesVersion}`;
  const hash = createHash('sha256').update(`${facts.name} ${image}`).digest('hex').slice(0, 32);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${component}-${facts.name}`,
      namespace: 'kube-system',
      labels: { 'k8s-app': component, component, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.hash': hash,
        [MIRROR_ANNOTATION]: hash,
        'kubernetes.io/config.source': 'file',
        'talos.dev/config-version': '1',
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: facts.name, uid: nodeUid, controller: true }],
    },
    spec: {
      nodeName: facts.name,
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
      containers: [{ name: component, image }],
      tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
    },
  };
}
