import { isProtected } from './protected-pods.js';
import type {
  BudgetObservation,
  ClusterObservation,
  PodObservation,
  WorkloadObservation,
} from '../node/observation.js';
import { count } from '../text/phrases.js';
import type { Reason } from '../reasons/reason.js';
import { closed, type GateContext, type GateVerdict, open } from './gates.js';

/** A budget that waiting will not satisfy, and the node whose drain it blocks. */
export interface ImpossibleBudget {
  readonly node: string;
  readonly reason: Reason;
}

/** Open when no PodDisruptionBudget blocks the drain permanently. */
export function budgetsCanBeMetGate(
  { workloads }: ClusterObservation,
  { toDrain }: GateContext,
): GateVerdict {
  if (workloads.kind === 'unreachable') {
    return closed({ kind: 'kubernetes-unreachable', endpoints: [], why: workloads.why });
  }
  const [first] = impossibleBudgets(workloads.value, toDrain);
  return first ? closed(first.reason) : open(seenOf(workloads.value, toDrain));
}

/** `4 budgets protect 7 of the pods that must move`. */
function seenOf({ pods }: WorkloadObservation, toDrain: readonly string[] | undefined): string {
  const moving = pods.filter((pod) => pod.node !== '' && (!toDrain || toDrain.includes(pod.node)));
  const covered = moving.filter((pod) => isProtected(pod));
  if (covered.length === 0) return 'no budget protects a pod that must move';
  const budgets = new Set(covered.flatMap((pod) => pod.budgets));
  const protect = budgets.size === 1 ? 'protects' : 'protect';
  return `${count(budgets.size, 'budget')} ${protect} ${covered.length} of the pods that must move`;
}

/**
 * The budgets that block the drain of these nodes however long the run waits, one entry for each budget and node. Either a budget allows no
 * disruption although all of its pods are healthy (one replica of which one must stay). Or several budgets cover one pod, which Kubernetes
 * then never evicts. A budget with an unhealthy pod is omitted: that pod may recover.
 */
export function impossibleBudgets(
  workloads: WorkloadObservation,
  toDrain: readonly string[] | undefined,
): ImpossibleBudget[] {
  const nodes = toDrain && new Set(toDrain);
  const budgets = new Map(workloads.budgets.map((budget) => [`${budget.namespace}/${budget.name}`, budget]));
  const ill = budgetsWithIllPods(workloads.pods);
  const found = new Map<string, { node: string; budget: BudgetObservation; pods: PodObservation[] }>();
  const overlaps: ImpossibleBudget[] = [];
  for (const pod of workloads.pods) {
    if (!isProtected(pod) || pod.node === '' || (nodes && !nodes.has(pod.node))) continue;
    if (pod.budgets.length > 1) {
      const { owner, node } = pod;
      overlaps.push({
        node,
        reason: { kind: 'budgets-overlap', pod: nameOf(pod), owner, budgets: pod.budgets },
      });
      continue;
    }
    for (const name of pod.budgets) {
      const budget = budgets.get(name);
      if (!budget || ill.has(name) || !allowsNothing(budget)) continue;
      const key = `${name} ${pod.node}`;
      const entry = found.get(key) ?? { node: pod.node, budget, pods: [] };
      entry.pods.push(pod);
      found.set(key, entry);
    }
  }
  return [...overlaps, ...[...found.values()].map(impossible)];
}

function impossible({
  node,
  budget,
  pods,
}: {
  node: string;
  budget: BudgetObservation;
  pods: PodObservation[];
}): ImpossibleBudget {
  return {
    node,
    reason: {
      kind: 'budget-impossible',
      budget: `${budget.namespace}/${budget.name}`,
      pods: pods.map(nameOf),
      owner: pods[0]?.owner,
      healthy: budget.currentHealthy,
      desired: budget.desiredHealthy,
      expected: budget.expectedPods,
    },
  };
}

function allowsNothing(budget: BudgetObservation): boolean {
  return (
    budget.expectedPods > 0 &&
    budget.disruptionsAllowed === 0 &&
    budget.currentHealthy <= budget.desiredHealthy &&
    budget.currentHealthy >= budget.expectedPods
  );
}

function budgetsWithIllPods(pods: readonly PodObservation[]): ReadonlySet<string> {
  const ill = new Set<string>();
  for (const pod of pods) {
    if (isFinished(pod) || (pod.ready && !pod.terminating)) continue;
    for (const budget of pod.budgets) ill.add(budget);
  }
  return ill;
}

function isFinished(pod: PodObservation): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

function nameOf(pod: PodObservation): string {
  return `${pod.namespace}/${pod.name}`;
}
