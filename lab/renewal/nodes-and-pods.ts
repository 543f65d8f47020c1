import { isDeepStrictEqual } from 'node:util';
import { isNotFound, type ApiClient } from '../kubernetes/api-client.js';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

interface Node {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface Pod {
  readonly metadata: {
    readonly uid: string;
    readonly name: string;
    readonly namespace: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
  };
}

/** What people and Slipway write on Nodes, and the pods of the workloads. */
export interface NodesAndPods {
  readonly nodes: readonly Node[];
  /** The number of pods. */
  readonly pods: number;
  /** Pods without a controller, as `namespace/name`. */
  readonly unowned: readonly string[];
}

export async function nodesAndPods(client: ApiClient): Promise<NodesAndPods> {
  const [nodes, pods] = await Promise.all([list<Node>(client, 'nodes'), list<Pod>(client, 'pods')]);
  const unowned = pods.filter(({ metadata }) => metadata.ownerReferences === undefined);
  return {
    nodes: nodes.map(declared).toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1)),
    pods: pods.length,
    unowned: unowned.map(nameOf).toSorted(),
  };
}

/** Restores the labels, annotations and taints of each Node, and makes it schedulable. */
export async function restoreNodes(client: ApiClient, before: NodesAndPods): Promise<void> {
  const now = new Map((await list<Node>(client, 'nodes')).map((node) => [node.metadata.name, node]));
  for (const node of before.nodes) {
    const there = now.get(node.metadata.name);
    if (there === undefined || isDeepStrictEqual(declared(there), node)) continue;
    const metadata = {
      labels: mergeTo(there.metadata.labels, node.metadata.labels),
      annotations: mergeTo(there.metadata.annotations, node.metadata.annotations),
    };
    const spec = { unschedulable: node.spec.unschedulable ?? null, taints: node.spec.taints ?? null };
    await client.patch(`/api/v1/nodes/${node.metadata.name}`, { metadata, spec }, 'merge');
  }
}

/** Nodes that Kubernetes itself still keeps pods off: the taint of a Node that was not Ready is removed some time after it is Ready. */
export async function nodesStillTainted(client: ApiClient): Promise<string[]> {
  const nodes = await list<Node>(client, 'nodes');
  return nodes
    .filter(({ spec }) => spec.taints?.some(isOfKubernetes))
    .map(({ metadata }) => `Node ${metadata.name} (tainted)`);
}

/**
 * Removes Kubernetes' own taints from Nodes that are Ready. Its controller does that, but if a write fails it forgets the Node until its
 * next change (`doNoScheduleTaintingPass`). A kubelet with nothing to report causes that only after five minutes.
 */
export async function untaintReadyNodes(client: ApiClient): Promise<void> {
  for (const node of await list<Node>(client, 'nodes')) {
    if (!isReady(node) || !node.spec.taints?.some(isOfKubernetes)) continue;
    const spec = { taints: declared(node).spec.taints ?? null };
    await client.patch(`/api/v1/nodes/${node.metadata.name}`, { spec }, 'merge');
  }
}

/**
 * Makes the scheduler place every pod of a controller again: drains have moved them, and an empty Node differs from the start. Pods of
 * DaemonSets come back on their Node.
 */
export async function replacePods(client: ApiClient, before: NodesAndPods): Promise<void> {
  const old = await list<Pod>(client, 'pods');
  const known = new Set(before.unowned);
  const removed = old.filter(
    (pod) => !known.has(nameOf(pod)) && !pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Node'),
  );
  await Promise.all(
    removed.map(({ metadata: { namespace, name } }) =>
      client
        .delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        }),
    ),
  );
}

/** Pods that are not ready, and their number where it differs from before. */
async function unreadyPods(client: ApiClient, before: NodesAndPods): Promise<string[]> {
  const pods = await list<Pod>(client, 'pods');
  const unready = pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined || !isReady(pod));
  return [
    ...unready.map(
      (pod) => `pod ${nameOf(pod)} (${pod.status?.phase}, on ${pod.spec.nodeName ?? 'no node'})`,
    ),
    ...(pods.length === before.pods ? [] : [`${pods.length} pods and not ${before.pods}`]),
  ];
}

/** The differences from before, in words. Pods of controllers have new names; their number and readiness must match. */
export async function changedNodesAndPods(client: ApiClient, before: NodesAndPods): Promise<string[]> {
  const now = await nodesAndPods(client);
  const nodes = now.nodes.flatMap((node, index) =>
    isDeepStrictEqual(node, before.nodes[index]) ? [] : [`Node ${node.metadata.name}`],
  );
  return [
    ...nodes,
    ...(now.nodes.length === before.nodes.length ? [] : [`${now.nodes.length} Nodes`]),
    ...(isDeepStrictEqual(now.unowned, before.unowned) ? [] : [`pods ${now.unowned.join(', ')}`]),
    ...(await nodesStillTainted(client)),
    ...(await unreadyPods(client, before)),
  ];
}

async function list<Item>(client: ApiClient, plural: string): Promise<Item[]> {
  return (await client.get<{ items: Item[] }>(`/api/v1/${plural}`)).items;
}

function nameOf({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`;
}

const isReady = ({ status }: Node | Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

const isOfKubernetes = ({ key }: Taint): boolean => key.startsWith('node.kubernetes.io/');

/** Kubernetes' own taints depend on the Node's condition. */
function declared({ metadata: { name, labels = {}, annotations = {} }, spec }: Node): Node {
  const taints = (spec.taints ?? []).filter((taint) => !isOfKubernetes(taint));
  return {
    metadata: { name, labels, annotations },
    spec: {
      ...(spec.unschedulable ? { unschedulable: true } : {}),
      ...(taints.length > 0 ? { taints: taints.map(({ timeAdded: _when, ...taint }) => taint) } : {}),
    },
  };
}

/** A merge patch from one map to the other: null removes. */
function mergeTo(
  from: Readonly<Record<string, string>> = {},
  to: Readonly<Record<string, string>> = {},
): Record<string, string | null> {
  return { ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to };
}
