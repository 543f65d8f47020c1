import type { ClusterObservation, NodeObservation, PodObservation } from '../node/observation.js';
import { count, listed } from '../text/phrases.js';
import { closed, type GateContext, type GateVerdict, notApplicable, open } from './gates.js';

/** How long a pod may wait for a node or an image before that counts as trouble. Milliseconds. */
export const pendingMax = 5 * 60_000;
/** How many pods are named; the others are counted. */
const named = 5;

/** Kubernetes' waiting reasons of a container that will not start without a change. */
const hopeless = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Open when every pod of the critical namespaces is healthy. */
export function criticalNamespacesGate(observation: ClusterObservation, context: GateContext): GateVerdict {
  const { workloads, nodes } = observation;
  if (workloads.kind === 'unreachable') {
    return closed({ kind: 'kubernetes-unreachable', endpoints: [], why: workloads.why });
  }
  if (context.criticalNamespaces.length === 0)
    return notApplicable('slipway.yaml names no critical namespace');
  const worked = nodes.find((node) => node.name === context.judged);
  const besides = nodes.filter(({ name }) => name !== context.judged && context.underWork?.includes(name));
  if (context.moment === 'soak' && worked && isCordoned(worked)) {
    return notApplicable(`${worked.name} stays cordoned, as somebody had it: its pods cannot come back`);
  }
  const critical = new Set(context.criticalNamespaces);
  const cordoned = [...besides, ...(worked ? [worked] : [])].some(isCordoned);
  const beside = new Set(besides.map((node) => node.name));
  const troubled = workloads.value.pods.flatMap((pod) => {
    // Pods on another node of the batch stop and start with that node.
    if (beside.has(pod.node)) return [];
    const trouble = critical.has(pod.namespace) ? troubleOf(pod, context.now, cordoned) : undefined;
    return trouble === undefined ? [] : [`${pod.namespace}/${pod.name} (${trouble})`];
  });
  if (troubled.length === 0) return open(seenOf(workloads.value.pods, context.criticalNamespaces));
  return closed({ kind: 'pods-in-trouble', pods: troubled.slice(0, named), count: troubled.length });
}

/** `23 pods well; rook-ceph has none`. */
function seenOf(pods: readonly PodObservation[], namespaces: readonly string[]): string {
  const critical = pods.filter((pod) => namespaces.includes(pod.namespace));
  const empty = namespaces.filter((name) => !critical.some((pod) => pod.namespace === name));
  const well = `${count(critical.length, 'pod')} well`;
  return empty.length === 0 ? well : `${well}; ${listed(empty)} ${empty.length === 1 ? 'has' : 'have'} none`;
}

function isCordoned({ kubernetes }: NodeObservation): boolean {
  return kubernetes.kind === 'answered' && kubernetes.value?.unschedulable === true;
}

/** @param nodeCordoned the node under work is cordoned: an unschedulable pod may be waiting for it. */
function troubleOf(pod: PodObservation, now: string, nodeCordoned: boolean): string | undefined {
  // A finished or terminating pod says nothing about the workload: its successor does.
  if (pod.terminating || pod.phase === 'Succeeded' || pod.phase === 'Failed') return undefined;
  if (pod.trouble !== undefined && hopeless.has(pod.trouble)) return pod.trouble;
  if (pod.phase === 'Running') return pod.ready ? undefined : 'not ready';
  if (pod.phase !== 'Pending') return pod.phase;
  if (pod.node === '' && nodeCordoned) return undefined;
  const waited = Date.parse(now) - Date.parse(pod.since);
  return waited > pendingMax ? `Pending for ${Math.floor(waited / 60_000)} min` : undefined;
}
