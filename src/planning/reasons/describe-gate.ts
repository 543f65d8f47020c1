import { listed, moment, quoted } from '../text/phrases.js';
import type { GateReason } from './reason.js';
import type { Sentences } from './reason-table.js';

export const gateSentences: Sentences<GateReason> = {
  'node-missing': ({ node }) => `Kubernetes has no Node ${node}`,
  'node-not-ready': ({ node, since, message }) =>
    `${node} is not Ready since ${moment(since)}: ${quoted(message)}`,
  'node-cordoned': ({ node, by }) => `${node} is cordoned by ${by}`,
  'talos-not-ready': ({ node, stage, unmet }) =>
    unmet.length === 0
      ? `Talos on ${node} is not ready (stage ${stage})`
      : `Talos on ${node} is ${stage} and waits for ${listed(unmet)}`,
  'component-not-ready': ({ component, node }) => `${component} is not ready on ${node}`,
  'pods-in-trouble': ({ pods, count }) =>
    count === 1
      ? `a pod is in trouble: ${listed(pods)}`
      : `${count} pods are in trouble: ${listedOf(pods, count)}`,
  'budget-impossible': ({ budget, pods, owner, healthy, desired, expected }) =>
    `PodDisruptionBudget ${budget} allows 0 disruptions and always will (${healthy} of ${expected} healthy, ${desired} must stay so): ` +
    `${listed(pods)}${owner === undefined ? '' : ` (${owner})`} cannot be evicted`,
  'budgets-overlap': ({ pod, owner, budgets }) =>
    `${budgets.length} PodDisruptionBudgets cover ${pod}${owner === undefined ? '' : ` (${owner})`}, ${listed(budgets)}: ` +
    'Kubernetes evicts no pod that more than one covers',
};

/** The first few of more than were named. */
function listedOf(items: readonly string[], total: number): string {
  return total > items.length
    ? `${items.join(', ')} and ${total - items.length} more`
    : listed(items, items.length);
}
