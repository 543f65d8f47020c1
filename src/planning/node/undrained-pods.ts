import type { BudgetObservation, PodObservation, WorkloadObservation } from './observation.js';
import type { Reason } from '../reasons/reason.js';

/**
 * How long Kubernetes counts a pod as gone whose eviction the API server granted and did not carry out, in milliseconds: `DeletionTimeout`
 * in pkg/controller/disruption/disruption.go, a constant of kube-controller-manager. An eviction is two writes, the budget's status and
 * then the pod's deletion; a client that dies between the two cancels the second.
 */
export const grantForgottenAfterMs = 120_000;

/** A drain limit of this length outlasts such an eviction, with time left to evict the pod and for it to stop. */
export const drainOutlastsGrantMs = grantForgottenAfterMs + 30_000;

/** The two writes of an eviction are milliseconds apart; a younger entry is still in progress. */
const carriedOutWithinMs = 5_000;

/** State of a drain. */
export interface DrainProgress {
  readonly node: string;
  /** Which attempt this is, from 1. */
  readonly attempts: number;
  /** Last output of `kubectl drain`. */
  readonly lastWords: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The pods a drain must move: DaemonSet and mirror pods stay, and finished pods block nothing. */
export function podsToMove({ pods }: WorkloadObservation): PodObservation[] {
  return pods.filter(
    (pod) => !pod.daemonSet && !pod.mirror && pod.phase !== 'Succeeded' && pod.phase !== 'Failed',
  );
}

/**
 * Names the pod that stays, its budget and its owner; undefined when all are gone.
 *
 * @param workloads the pods of the node, and all budgets.
 */
export function whatStays(workloads: WorkloadObservation, progress: DrainProgress): Reason | undefined {
  const { node, attempts, lastWords, now } = progress;
  const staying = podsToMove(workloads);
  const blocked = (pod: PodObservation): BudgetObservation | undefined =>
    workloads.budgets.find(
      (budget) =>
        pod.budgets.includes(`${budget.namespace}/${budget.name}`) && budget.disruptionsAllowed === 0,
    );
  const pod = staying.find((candidate) => blocked(candidate)) ?? staying[0];
  if (!pod) return undefined;
  const budget = blocked(pod);
  if (!budget) {
    const why = `${pod.namespace}/${pod.name} is still there${pod.terminating ? ', shutting down' : ''}: ${lastWords}`;
    return { kind: 'drain-failed', node, why, attempts };
  }
  return {
    kind: 'drain-blocked',
    node,
    pod: `${pod.namespace}/${pod.name}`,
    owner: pod.owner,
    budget: `${budget.namespace}/${budget.name}`,
    allowed: budget.disruptionsAllowed,
    healthy: budget.currentHealthy,
    desired: budget.desiredHealthy,
    attempts,
    ...undoneEviction(budget, workloads.pods, now),
  };
}

/**
 * The oldest eviction that was granted and not carried out, also of a pod on another node: once Kubernetes forgets it, the budget allows a
 * disruption again. Kubernetes removes an entry as soon as its pod is terminating.
 */
function undoneEviction(
  { namespace, granted = [] }: BudgetObservation,
  pods: readonly PodObservation[],
  now: number,
): Pick<Extract<Reason, { kind: 'drain-blocked' }>, 'undone'> {
  const terminating = new Set(
    pods.filter((pod) => pod.namespace === namespace && pod.terminating).map((pod) => pod.name),
  );
  const [first] = granted
    .filter(({ pod, at }) => !terminating.has(pod) && now - Date.parse(at) > carriedOutWithinMs)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (!first) return {};
  const forgottenAt = new Date(Date.parse(first.at) + grantForgottenAfterMs).toISOString();
  return { undone: { pod: `${namespace}/${first.pod}`, grantedAt: first.at, forgottenAt } };
}
