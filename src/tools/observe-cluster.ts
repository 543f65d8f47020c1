import type {
  Answer,
  ClusterObservation,
  EtcdMemberStatus,
  EtcdObservation,
  NodeObservation,
  NodeObject,
  TalosObservation,
  WorkloadObservation,
} from '../planning/node/observation.js';
import { nodeNamed } from '../inventory/node-named.js';
import type { InventoryNode } from '../inventory/schema.js';
import type { ClusterAccess } from './cluster-access.js';
import { nodeObject, workloadObservation } from './kubernetes-observation.js';
import { Refusal, messageOf } from './refusal.js';
import { CommandFailed } from './run-command.js';
import { TalosCallFailed } from './talos-api/talos-call-failed.js';
import type { TalosTarget } from './talos-target.js';

/** What to observe. Steps request only what they decide on. */
export interface Scope {
  /** Nodes whose Talos API is read; default all. */
  readonly talosOf?: readonly string[];
  /** For these nodes only stage and readiness are read. Their versions stay empty in the observation. */
  readonly statusOf?: readonly string[];
  /** Default true. */
  readonly etcd?: boolean;
  /** The node that is being disrupted: it is not used as an endpoint. */
  readonly avoid?: string;
  readonly signal?: AbortSignal;
}

/** Reads the cluster: Kubernetes, nodes and etcd through their APIs. Changes nothing. */
export async function observeCluster(access: ClusterAccess, scope: Scope = {}): Promise<ClusterObservation> {
  const [kubernetes, etcd, talos] = await Promise.all([
    observeKubernetes(access, scope),
    scope.etcd === false ? notAsked : observeEtcd(access, scope),
    observeTalos(access, scope),
  ]);
  const known = new Set(access.inventory.nodes.map((node) => node.name));
  return {
    cluster: access.inventory.cluster,
    observedAt: new Date().toISOString(),
    nodes: access.inventory.nodes.map((node): NodeObservation => ({
      name: node.name,
      role: node.role,
      address: node.address,
      talos: talos.get(node.name) ?? notAsked,
      kubernetes: forNode(kubernetes.nodes, node.name),
    })),
    strangers:
      kubernetes.nodes.kind === 'answered'
        ? [...kubernetes.nodes.value.keys()].filter((name) => !known.has(name))
        : [],
    etcd,
    workloads: kubernetes.workloads,
  };
}

/** One node: its Talos API and its Node object. */
export async function observeNode(
  access: ClusterAccess,
  name: string,
  signal?: AbortSignal,
): Promise<NodeObservation> {
  const node = nodeNamed(access.inventory, name);
  const [talos, kubernetes] = await Promise.all([
    talosOf(access, node, signal ? { signal } : {}),
    answer(async () => {
      const found = await access.kubernetes.readNode(name, { avoid: name });
      return found ? nodeObject(found) : undefined;
    }),
  ]);
  return { name, role: node.role, address: node.address, talos, kubernetes };
}

/**
 * Calls a node's Talos API through the other control planes. It tries the next one where one does not respond, or is not in service: a
 * control plane without its configuration shows a certificate of its own, and one with a wrong clock rejects ours. An answer of the node
 * itself, such as "not authorized", is not retried elsewhere.
 */
export async function throughOthers<T>(
  targets: readonly TalosTarget[],
  call: (target: TalosTarget) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const target of targets) {
    try {
      return await call(target);
    } catch (error) {
      failure = error;
      if (!wayIsClosed(error, target)) throw error;
    }
  }
  throw failure;
}

const notAsked: Answer<never> = { kind: 'unreachable', why: 'it was not asked' };

type NodeObjects = Answer<ReadonlyMap<string, NodeObject>>;

async function observeKubernetes(
  access: ClusterAccess,
  { avoid }: Scope,
): Promise<{ nodes: NodeObjects; workloads: Answer<WorkloadObservation> }> {
  const call = avoid ? { avoid } : {};
  const [nodes, workloads] = await Promise.all([
    answer(
      async () =>
        new Map(
          (await access.kubernetes.listNodes(call)).map((node) => [
            node.metadata?.name ?? '',
            nodeObject(node),
          ]),
        ),
    ),
    answer(async () => {
      const [pods, budgets] = await Promise.all([
        access.kubernetes.listPods(call),
        access.kubernetes.listBudgets(call),
      ]);
      return workloadObservation(pods, budgets);
    }),
  ]);
  return { nodes, workloads };
}

async function observeTalos(
  access: ClusterAccess,
  scope: Scope,
): Promise<Map<string, Answer<TalosObservation>>> {
  const wanted = access.inventory.nodes.filter((node) => scope.talosOf?.includes(node.name) ?? true);
  const brief = access.inventory.nodes.filter((node) => scope.statusOf?.includes(node.name) ?? false);
  const seen = await Promise.all([
    ...wanted.map(async (node) => [node.name, await talosOf(access, node, scope)] as const),
    ...brief.map(async (node) => [node.name, await statusOf(access, node, scope)] as const),
  ]);
  return new Map(seen);
}

async function statusOf(
  access: ClusterAccess,
  { name }: InventoryNode,
  { avoid, signal }: Scope,
): Promise<Answer<TalosObservation>> {
  const limits = signal ? { signal } : {};
  return answer(async () => {
    const status = await throughOthers(access.targets(name, avoid), (target) =>
      access.talos.machineStatus(target, limits),
    );
    return { nodename: name, version: '', schematic: undefined, extensions: [], ...status };
  });
}

async function talosOf(
  access: ClusterAccess,
  node: InventoryNode,
  { avoid, signal }: Scope,
): Promise<Answer<TalosObservation>> {
  const limits = signal ? { signal } : {};
  return answer(async () => {
    const ask = <T>(call: (target: TalosTarget) => Promise<T>): Promise<T> =>
      throughOthers(access.targets(node.name, avoid), call);
    // The version first: an unreachable node costs one timeout, not four.
    const version = await ask((target) => access.talos.version(target, limits));
    const [nodename, extensions, status] = await Promise.all([
      ask((target) => access.talos.nodename(target, limits)),
      ask((target) => access.talos.extensions(target, limits)),
      ask((target) => access.talos.machineStatus(target, limits)),
    ]);
    return { nodename, version, schematic: extensions.schematic, extensions: extensions.names, ...status };
  });
}

/** The status of each control plane's own member, read from each. */
export async function observeEtcdStatuses(
  access: ClusterAccess,
  { avoid, signal }: Scope,
): Promise<EtcdMemberStatus[]> {
  const limits = signal ? { signal } : {};
  const controlPlanes = access.inventory.nodes.filter((node) => node.role === 'control-plane');
  return Promise.all(
    controlPlanes.map(async ({ name }): Promise<EtcdMemberStatus> => ({
      node: name,
      ...(await answer(() =>
        throughOthers(access.targets(name, avoid), (target) => access.talos.etcdStatus(target, limits)),
      )),
    })),
  );
}

/** Members and alarms as the cluster reports them, and the status of each control plane's own member. */
export async function observeEtcd(
  access: ClusterAccess,
  { avoid, signal }: Scope,
): Promise<Answer<EtcdObservation>> {
  const limits = signal ? { signal } : {};
  const controlPlanes = access.inventory.nodes.filter((node) => node.role === 'control-plane');
  return answer(async () => {
    const [statuses, cluster] = await Promise.all([
      observeEtcdStatuses(access, { ...(avoid === undefined ? {} : { avoid }), ...limits }),
      firstAnswer(
        controlPlanes.filter(({ name }) => name !== avoid || controlPlanes.length === 1),
        async ({ name }) => {
          const targets = access.targets(name, avoid);
          const [members, alarms] = await Promise.all([
            throughOthers(targets, (target) => access.talos.etcdMembers(target, limits)),
            throughOthers(targets, (target) => access.talos.etcdAlarms(target, limits)),
          ]);
          return { members, alarms };
        },
      ),
    ]);
    return { ...cluster, statuses };
  });
}

/** Tries one control plane after another. */
async function firstAnswer<T>(
  nodes: readonly InventoryNode[],
  ask: (node: InventoryNode) => Promise<T>,
): Promise<T> {
  let failure: unknown = new Error('there is no other control plane to ask');
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function answer<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: 'answered', value: await ask() };
  } catch (error) {
    if (error instanceof TalosCallFailed && error.cancelled) throw error;
    // A rejected credential is an answer: waiting does not fix it.
    if (error instanceof Refusal && error.reason.kind === 'credential-rejected') throw error;
    return { kind: 'unreachable', why: whyNot(error) };
  }
}

/** talosctl repeats itself; the part after the last `desc =` is the cause. */
export function whyNot(error: unknown): string {
  if (error instanceof Refusal && 'why' in error.reason && typeof error.reason.why === 'string')
    return error.reason.why;
  if (error instanceof TalosCallFailed) return cutMiddle(messageOf(error.why, 2_000));
  if (!(error instanceof CommandFailed)) return messageOf(error);
  if (error.timedOut) return `no answer within ${Math.round(error.durationMs / 1000)} s`;
  const said = error.stderrTail.trim().split('\n').at(-1) ?? '';
  return cutMiddle(messageOf(said.split('desc = ').at(-1) || error.message, 2_000));
}

/** Error messages of Go programs end with their cause: the middle is cut. */
function cutMiddle(text: string): string {
  return text.length <= 260 ? text : `${text.slice(0, 120)} … ${text.slice(-130)}`;
}

/** The endpoint itself does not respond (and may well be the one that is down), as opposed to the node behind it. */
function wayIsClosed(error: unknown, target: TalosTarget): boolean {
  if (error instanceof TalosCallFailed) return error.wayIsClosed;
  // A talosconfig that is really wrong is also rejected by the last endpoint.
  if (error instanceof Refusal && error.reason.kind === 'credential-rejected')
    return /^(?:tls|x509): /.test(error.reason.why);
  if (!(error instanceof CommandFailed)) return false;
  // The endpoint responded, and reports the node as unreachable: another endpoint could not reach it either.
  const { node, endpoint } = target;
  const behind = [`dial tcp ${node}:`, `dial tcp [${node}]:`];
  if (node !== endpoint && behind.some((words) => error.stderrTail.includes(words))) return false;
  return (
    error.timedOut ||
    error.stderrTail.includes(`${endpoint}:`) ||
    /transport|connection refused/.test(error.stderrTail)
  );
}

function forNode(nodes: NodeObjects, name: string): Answer<NodeObject | undefined> {
  return nodes.kind === 'answered' ? { kind: 'answered', value: nodes.value.get(name) } : nodes;
}
