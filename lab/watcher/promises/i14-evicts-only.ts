import type { BudgetObservation, Evidence, LabelSelector, Moment, PodObservation } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { covered, lastBefore } from '../moments/last-before.js';
import { disruptions } from '../moments/touches.js';

/** Watch events of the API server reach the watcher within this time. Milliseconds. */
const NEWS_TAKE = 250;

/** A watch that begins or breaks this close to a moment still covers it. Milliseconds. */
const SEEN_SLACK = 1_000;

/**
 * I14: Slipway evicts and never deletes, and stops no node while a pod runs on it that a PodDisruptionBudget protects (those of DaemonSets
 * and mirrors of static pods excepted). It may delete pods that it created itself, smoke tests. With an install that stops nothing, the
 * reboot after it stops the node.
 */
export function evictsOnly(evidence: Evidence): Finding[] {
  return [
    ...deletions(evidence),
    ...disruptions(evidence).flatMap(({ node, from, name }) => protectedAt(evidence, node, from, name)),
  ];
}

function deletions({ changes, slipwayUser }: Evidence): Finding[] {
  const own = changes.filter(
    ({ user, resource, subresource }) => user === slipwayUser && resource === 'pods' && subresource === '',
  );
  const made = own.filter(({ verb, code }) => verb === 'create' && code === 201);
  return own
    .filter(({ verb }) => verb === 'delete' || verb === 'deletecollection')
    .filter(
      ({ verb, namespace, name }) =>
        verb !== 'delete' || !made.some((one) => one.namespace === namespace && one.name === name),
    )
    .map(({ at, namespace, name, verb }) => {
      const what = verb === 'delete' ? `pod ${namespace}/${name}` : `pods of ${namespace}`;
      return violation('I14', at, `${namespace}/${name}`, `Slipway deleted ${what} instead of evicting`);
    });
}

function protectedAt(evidence: Evidence, node: string, at: Moment, call: string): Finding[] {
  if (!covered(evidence.seen.pods, at, SEEN_SLACK) || !covered(evidence.seen.budgets, at, SEEN_SLACK)) {
    return [unobserved('I14', at, node, `which pods were on ${node} at its ${call} was not seen`)];
  }
  const budgets = latest(evidence.budgets, at, ({ namespace, name }) => `${namespace}/${name}`);
  // A pod whose deletion was reported later was gone at the request.
  const there = latest(evidence.pods, at, ({ uid }) => uid).filter(({ uid }) =>
    stillThere(evidence, uid, at + NEWS_TAKE),
  );
  return there
    .filter(
      (pod) => pod.node === node && !pod.belongsToNode && pod.phase !== 'Succeeded' && pod.phase !== 'Failed',
    )
    .flatMap((pod) => {
      const budget = budgets.find(
        (candidate) => candidate.namespace === pod.namespace && selects(candidate.selector, pod.labels),
      );
      if (budget === undefined) return [];
      const words = `${call} of ${node} while ${pod.namespace}/${pod.name} ran on it, which PodDisruptionBudget ${budget.name} protects`;
      return [violation('I14', at, node, words)];
    });
}

function stillThere({ pods }: Evidence, uid: string, at: Moment): boolean {
  const own = pods.filter((pod) => pod.uid === uid);
  return lastBefore(own, at)?.gone === false;
}

/** The last observation of each existing object, at a moment. */
function latest<T extends PodObservation | BudgetObservation>(
  list: readonly T[],
  at: Moment,
  keyOf: (one: T) => string,
): T[] {
  const found = new Map<string, T>();
  for (const one of list) {
    if (one.at > at) break;
    found.set(keyOf(one), one);
  }
  return [...found.values()].filter(({ gone }) => !gone);
}

/** Whether a Kubernetes label selector matches. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (!Object.entries(matchLabels).every(([key, value]) => labels[key] === value)) return false;
  return matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    if (operator === 'In') return value !== undefined && values.includes(value);
    return value === undefined || !values.includes(value);
  });
}
