import { listed, moment, quoted } from '../text/phrases.js';
import { type Entries, passing, undo, undrained } from './entry.js';

/** Why a gate is closed. */
export type GateReason =
  | { readonly kind: 'node-missing'; readonly node: string }
  | {
      readonly kind: 'node-not-ready';
      readonly node: string;
      readonly since: string;
      readonly message: string;
    }
  | { readonly kind: 'node-cordoned'; readonly node: string; readonly by: string }
  | {
      readonly kind: 'talos-not-ready';
      readonly node: string;
      readonly stage: string;
      readonly unmet: readonly string[];
    }
  | { readonly kind: 'component-not-ready'; readonly component: string; readonly node: string }
  | {
      readonly kind: 'pods-in-trouble';
      /** `namespace/name (trouble)`, the first few. */
      readonly pods: readonly string[];
      readonly count: number;
    }
  | {
      /** The budget allows no disruption, and waiting will not change that. */
      readonly kind: 'budget-impossible';
      readonly budget: string;
      readonly pods: readonly string[];
      readonly owner: string | undefined;
      readonly healthy: number;
      readonly desired: number;
      readonly expected: number;
    }
  /** More than one budget covers the pod: Kubernetes refuses every eviction of such a pod. */
  | {
      readonly kind: 'budgets-overlap';
      readonly pod: string;
      readonly owner: string | undefined;
      readonly budgets: readonly string[];
    };

/** The first few of many. */
function listedOf(items: readonly string[], total: number): string {
  return total > items.length
    ? `${items.join(', ')} and ${total - items.length} more`
    : listed(items, items.length);
}

/** `describe pod -n postgres db-1` of `postgres/db-1`. */
export function describePod(pod: string): string {
  const [namespace = '', name = ''] = pod.split('/');
  return `describe pod -n ${namespace} ${name}`;
}

/** `scale -n postgres statefulset/db --replicas=2` of `StatefulSet/db`; empty for what cannot be scaled. */
export function scaleUp(owner: string | undefined, namespace: string, replicas: number): string[] {
  const [kind = '', name = ''] = (owner ?? '').split('/');
  if (!['Deployment', 'StatefulSet', 'ReplicaSet'].includes(kind)) return [];
  return [`scale -n ${namespace} ${kind.toLowerCase()}/${name} --replicas=${replicas}`];
}

export const gateReasons: Entries<GateReason> = {
  'node-missing': {
    failure: undo('a Node that is gone does not come back by waiting'),
    sentence: ({ node }) => `Kubernetes has no Node ${node}`,
    advice: (_, say) => [say.kubectl('get nodes', 'which are there')],
  },
  'node-not-ready': {
    failure: passing('it may get Ready'),
    sentence: ({ node, since, message }) => `${node} is not Ready since ${moment(since)}: ${quoted(message)}`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'its conditions and events'),
      say.talosctl(node, 'service kubelet', 'whether its kubelet runs'),
    ],
  },
  'node-cordoned': {
    failure: undo('whoever cordoned it decides'),
    sentence: ({ node, by }) => `${node} is cordoned by ${by}`,
    advice: ({ node, by }, say) => [
      say.kubectl(
        `uncordon ${node}`,
        by === 'Talos itself'
          ? 'only if it does not lift it automatically'
          : 'once whoever cordoned it is done',
      ),
    ],
  },
  'talos-not-ready': {
    failure: { ...passing('it may get ready'), rollback: 'if-its-own' },
    sentence: ({ node, stage, unmet }) =>
      unmet.length === 0
        ? `Talos on ${node} is not ready (stage ${stage})`
        : `Talos on ${node} is ${stage} and waits for ${listed(unmet)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'get machinestatus', 'what it waits for'),
      say.talosctl(node, 'service', 'which service is not healthy'),
    ],
  },
  'component-not-ready': {
    failure: passing('it may get ready'),
    sentence: ({ component, node }) => `${component} is not ready on ${node}`,
    advice: ({ component, node }, say) => [
      say.kubectl(`describe pod -n kube-system ${component}-${node}`, 'why it is not ready'),
      say.talosctl(node, 'service kubelet', 'the kubelet that runs it'),
    ],
  },
  'pods-in-trouble': {
    failure: passing('they may get well'),
    sentence: ({ pods, count }) =>
      count === 1
        ? `a pod is in trouble: ${listed(pods)}`
        : `${count} pods are in trouble: ${listedOf(pods, count)}`,
    advice: ({ pods }, say) =>
      pods.slice(0, 3).map((pod) => say.kubectl(describePod(pod.split(' ')[0] ?? pod), 'its events')),
  },
  'budget-impossible': {
    failure: undrained('no waiting changes it'),
    sentence: ({ budget, pods, owner, healthy, desired, expected }) =>
      `PodDisruptionBudget ${budget} allows 0 disruptions and always will (${healthy} of ${expected} healthy, ${desired} must stay so): ` +
      `${listed(pods)}${owner === undefined ? '' : ` (${owner})`} cannot be evicted`,
    advice: ({ budget, pods, owner, expected }, say) => {
      const [namespace = '', name = ''] = budget.split('/');
      return [
        say.kubectl(`get pdb -n ${namespace} ${name}`, 'the budget'),
        ...scaleUp(owner, namespace, expected + 1).map((what) =>
          say.kubectl(what, 'one more than must stay, then it can be drained'),
        ),
        ...pods.slice(0, 1).map((pod) => say.kubectl(describePod(pod), 'the pod')),
      ];
    },
  },
  'budgets-overlap': {
    failure: undrained('no waiting changes it'),
    sentence: ({ pod, owner, budgets }) =>
      `${budgets.length} PodDisruptionBudgets cover ${pod}${owner === undefined ? '' : ` (${owner})`}, ${listed(budgets)}: ` +
      'Kubernetes evicts no pod that more than one covers',
    advice: ({ pod, budgets }, say) => [
      say.kubectl(`get pdb -n ${budgets[0]?.split('/')[0] ?? ''}`, 'leave one that covers it'),
      say.kubectl(describePod(pod), 'the pod and its labels'),
    ],
  },
};
