import type { BudgetSighting, Moment, NodeSighting, PodSighting, Span } from '../evidence.js';
import { at, list, text, texts } from '../moments/payload.js';
import type { KubernetesClient } from './kubernetes-client.js';
import { ObjectWatch } from './object-watch.js';

const MARKS = /^(slipway|talos)\.dev\//;
const MIRROR = 'kubernetes.io/config.mirror';

/** Nodes, pods and PodDisruptionBudgets, each as often as something of interest changes on it. */
export class ClusterSightings {
  readonly nodes: NodeSighting[] = [];
  readonly pods: PodSighting[] = [];
  readonly budgets: BudgetSighting[] = [];
  readonly #last = new Map<string, string>();
  readonly #watches: {
    readonly nodes: ObjectWatch;
    readonly pods: ObjectWatch;
    readonly budgets: ObjectWatch;
  };

  constructor(client: KubernetesClient) {
    const into = <S extends { readonly at: Moment }>(
      sightings: S[],
      sightingOf: (object: unknown, gone: boolean, at: Moment) => S,
    ) => {
      return (object: unknown, gone: boolean, now: Moment): void =>
        this.#note(sightings, sightingOf(object, gone, now), object);
    };
    this.#watches = {
      nodes: new ObjectWatch(client, '/api/v1/nodes', into(this.nodes, nodeSighting)),
      pods: new ObjectWatch(client, '/api/v1/pods', into(this.pods, podSighting)),
      budgets: new ObjectWatch(
        client,
        '/apis/policy/v1/poddisruptionbudgets',
        into(this.budgets, budgetSighting),
      ),
    };
  }

  /** Resolves when everything was looked at once, or could not be. */
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

  /** Kubelets report every few seconds; only what changed is kept. */
  #note<S extends { readonly at: Moment }>(sightings: S[], sighting: S, object: unknown): void {
    const uid = text(object, 'metadata', 'uid') ?? '';
    const words = JSON.stringify({ ...sighting, at: 0 });
    if (this.#last.get(uid) === words) return;
    this.#last.set(uid, words);
    sightings.push(sighting);
  }
}

/** A Node object as the watcher keeps it. */
export function nodeSighting(object: unknown, gone: boolean, moment: Moment): NodeSighting {
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

/** A pod as the watcher keeps it. */
export function podSighting(object: unknown, gone: boolean, moment: Moment): PodSighting {
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

/** A PodDisruptionBudget as the watcher keeps it. */
export function budgetSighting(object: unknown, gone: boolean, moment: Moment): BudgetSighting {
  const selector = at(object, 'spec', 'selector');
  return {
    at: moment,
    namespace: text(object, 'metadata', 'namespace') ?? '',
    name: text(object, 'metadata', 'name') ?? '',
    gone,
    selector: typeof selector === 'object' && selector !== null ? selector : {},
  };
}
