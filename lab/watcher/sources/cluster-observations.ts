import type { BudgetObservation, Moment, NodeObserved, PodObservation, Span } from '../evidence.js';
import { at, list, text, texts } from '../moments/payload.js';
import type { KubernetesClient } from './kubernetes-client.js';
import { ObjectWatch } from './object-watch.js';

const MARKS = /^(slipway|talos)\.dev\//;
const MIRROR = 'kubernetes.io/config.mirror';

/** Nodes, pods and PodDisruptionBudgets, recorded at each relevant change. */
export class ClusterObservations {
  readonly nodes: NodeObserved[] = [];
  readonly pods: PodObservation[] = [];
  readonly budgets: BudgetObservation[] = [];
  readonly #last = new Map<string, string>();
  readonly #watches: {
    readonly nodes: ObjectWatch;
    readonly pods: ObjectWatch;
    readonly budgets: ObjectWatch;
  };

  constructor(client: KubernetesClient) {
    const into = <S extends { readonly at: Moment }>(
      observations: S[],
      sightingOf: (object: unknown, gone: boolean, at: Moment) => S,
    ) => {
      return (object: unknown, gone: boolean, now: Moment): void =>
        this.#note(observations, sightingOf(object, gone, now), object);
    };
    this.#watches = {
      nodes: new ObjectWatch(client, '/api/v1/nodes', into(this.nodes, nodeObserved)),
      pods: new ObjectWatch(client, '/api/v1/pods', into(this.pods, podObservation)),
      budgets: new ObjectWatch(
        client,
        '/apis/policy/v1/poddisruptionbudgets',
        into(this.budgets, budgetSighting),
      ),
    };
  }

  /** Resolves when every kind was listed once, or could not be. */
  async firstLook(): Promise<void> {
    await Promise.all(Object.values(this.#watches).map((watch) => watch.firstLook));
  }

  /** Ends when stopped. */
  async follow(): Promise<void> {
    await Promise.all(Object.values(this.#watches).map((watch) => watch.start()));
  }

  stop(): void {
    for (const watch of Object.values(this.#watches)) watch.stop();
  }

  get seen(): { nodes: readonly Span[]; pods: readonly Span[]; budgets: readonly Span[] } {
    const { nodes, pods, budgets } = this.#watches;
    return { nodes: nodes.spans, pods: pods.spans, budgets: budgets.spans };
  }

  /** Kubelets report every few seconds; only changes are kept. */
  #note<S extends { readonly at: Moment }>(observations: S[], observation: S, object: unknown): void {
    const uid = text(object, 'metadata', 'uid') ?? '';
    const words = JSON.stringify({ ...observation, at: 0 });
    if (this.#last.get(uid) === words) return;
    this.#last.set(uid, words);
    observations.push(observation);
  }
}

/** The fields of a Node object that the watcher keeps. */
export function nodeObserved(object: unknown, gone: boolean, moment: Moment): NodeObserved {
  const ready = list(object, 'status', 'conditions').find((condition) => text(condition, 'type') === 'Ready');
  const annotations = texts(at(object, 'metadata', 'annotations'));
  return {
    at: moment,
    node: text(object, 'metadata', 'name') ?? '',
    gone,
    unschedulable: at(object, 'spec', 'unschedulable') === true,
    ready: text(ready, 'status') === 'True',
    bootId: text(object, 'status', 'nodeInfo', 'bootID') ?? '',
    kubelet: text(object, 'status', 'nodeInfo', 'kubeletVersion') ?? '',
    marks: Object.fromEntries(Object.entries(annotations).filter(([key]) => MARKS.test(key))),
  };
}

/** The fields of a pod that the watcher keeps. */
export function podObservation(object: unknown, gone: boolean, moment: Moment): PodObservation {
  const owners = list(object, 'metadata', 'ownerReferences');
  const ofDaemonSet = owners.some((owner) => text(owner, 'kind') === 'DaemonSet');
  return {
    at: moment,
    uid: text(object, 'metadata', 'uid') ?? '',
    namespace: text(object, 'metadata', 'namespace') ?? '',
    name: text(object, 'metadata', 'name') ?? '',
    node: text(object, 'spec', 'nodeName') ?? '',
    phase: text(object, 'status', 'phase') ?? '',
    labels: texts(at(object, 'metadata', 'labels')),
    belongsToNode: ofDaemonSet || text(object, 'metadata', 'annotations', MIRROR) !== undefined,
    gone,
  };
}

/** The fields of a PodDisruptionBudget that the watcher keeps. */
export function budgetSighting(object: unknown, gone: boolean, moment: Moment): BudgetObservation {
  const selector = at(object, 'spec', 'selector');
  return {
    at: moment,
    namespace: text(object, 'metadata', 'namespace') ?? '',
    name: text(object, 'metadata', 'name') ?? '',
    gone,
    selector: typeof selector === 'object' && selector !== null ? selector : {},
  };
}
