import type { PodObservation } from '../node/observation.js';

/**
 * Whether stopping this pod is a disruption that a PodDisruptionBudget guards. DaemonSet and mirror pods belong to their node and are not
 * evicted; finished pods block nothing. A pod that is being deleted still runs.
 */
export function isProtected(pod: PodObservation): boolean {
  if (pod.daemonSet || pod.mirror) return false;
  return pod.budgets.length > 0 && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}
