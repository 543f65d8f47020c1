import { nodeNamed } from '../../inventory/node-named.js';
import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import type { Answer as Seen, ClusterObservation } from '../../planning/node/observation.js';
import { openCluster, type ClusterAccess } from '../../tools/cluster-access.js';
import { talosKeys } from '../../tools/credential-certificates.js';
import { readKubeconfig } from '../../tools/credential-kubeconfig.js';
import { readCredential, type Credential } from '../../tools/credentials.js';
import { dial, loadDialMap, type DialMap } from '../../tools/dial-map.js';
import { factoryVersions } from '../../tools/image-factory.js';
import {
  kubernetesEndpoint,
  type KubernetesAnswer,
  type KubernetesEndpoint,
} from '../../tools/kubernetes-endpoint.js';
import { observeCluster } from '../../tools/observe-cluster.js';
import { talosAnswers } from '../../tools/talos-endpoint.js';
import { listTools, type ToolState } from '../../tools/binaries/list-tools.js';
import type { DeclaredCluster } from '../declared-cluster.js';
import { openTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { NotAsked, needed } from './check.js';
import { once, onceEach } from './once.js';

/**
 * The observations that the checks share. Each is made once, at its first use, and times out within seconds. Later observations use
 * only endpoints that responded before: a cluster that is down does not cost one timeout after another.
 */
export interface Looks {
  readonly declared: DeclaredCluster;
  readonly inventory: Inventory;
  readonly dialMap: DialMap;
  readonly controlPlanes: readonly InventoryNode[];
  readonly taskQueue: string;
  tools(): Promise<readonly ToolState[]>;
  readonly reader: () => Promise<Credential>;
  readonly admin: () => Promise<Credential>;
  readonly kubeconfig: () => Promise<Credential>;
  access(): Promise<ClusterAccess>;
  /** Milliseconds the Talos API of a control plane took, asked directly. */
  talosEndpoint(name: string): Promise<number>;
  /** Milliseconds that a control plane, reachable with the reader's talosconfig, took to accept the admin's certificate. */
  adminAccepted(): Promise<number>;
  /** Version of a node, read with the reader's talosconfig through the control planes that respond. */
  talosVersion(
    name: string,
  ): Promise<{ readonly version: string; readonly through: string; readonly tookMs: number }>;
  /** `/readyz` of a control plane's own API server. */
  kubernetesEndpoint(name: string): Promise<KubernetesAnswer>;
  /** The first API server that responded. */
  kubernetes(): Promise<KubernetesEndpoint>;
  observation(): Promise<ClusterObservation>;
  factory(): Promise<Seen<readonly string[]>>;
  temporal(): Promise<Temporal>;
  /** Connects to all endpoints first. Once other checks use the processor, the response times would measure this machine. */
  ways(): Promise<void>;
  /** Registers what `close` closes too. */
  atEnd(close: () => Promise<void>): void;
  close(): Promise<void>;
}

const endpointMs = 5_000;
const versionMs = 8_000;

export function looksOf(declared: DeclaredCluster, taskQueue: string): Looks {
  const { inventory, base } = declared;
  const { talos } = inventory.access;
  const dialMap = loadDialMap();
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  const closing: (() => Promise<void> | void)[] = [];
  const closedAtEnd = <T extends { close(): Promise<void> | void }>(one: T): T => {
    closing.push(() => one.close());
    return one;
  };
  const reader = once(() => readCredential('talosconfig (reader)', talos.reader, base));
  const admin = once(() => readCredential('talosconfig (admin)', talos.admin, base));
  const kubeconfig = once(() => readKubeconfig(inventory.access.kubernetes, base));
  const access = once(async () => closedAtEnd(await openCluster(inventory, { base, dialMap })));
  const kubernetesWays = onceEach(async (name) => {
    const { address } = nodeNamed(inventory, name);
    const { text } = await needed(kubeconfig(), 'the kubeconfig cannot be read');
    return closedAtEnd(await kubernetesEndpoint(text, serverOf(dial(dialMap, address))));
  });

  const shared: Looks = {
    declared,
    inventory,
    dialMap,
    controlPlanes,
    taskQueue,
    tools: once(() => listTools()),
    reader,
    admin,
    kubeconfig,
    access,
    talosEndpoint: onceEach(async (name) => {
      const { text } = await needed(reader(), 'the talosconfig of the reader cannot be read');
      const keys = talosKeys('talosconfig (reader)', talos.reader, text);
      return talosAnswers(
        dial(dialMap, nodeNamed(inventory, name).address),
        keys,
        AbortSignal.timeout(endpointMs),
      );
    }),
    adminAccepted: once(() => adminAccepted(shared)),
    talosVersion: onceEach((name) => versionOf(shared, name)),
    kubernetesEndpoint: onceEach(async (name) =>
      (await kubernetesWays(name)).get('/readyz', AbortSignal.timeout(endpointMs)),
    ),
    kubernetes: once(async () => {
      const answered = controlPlanes.map(async ({ name }) => {
        const { status } = await shared.kubernetesEndpoint(name);
        if (status === 401) throw new Error('the kubeconfig is not accepted');
        return kubernetesWays(name);
      });
      return needed(Promise.any(answered), 'no API server answers this kubeconfig');
    }),
    observation: once(() => observe(shared)),
    factory: once(() => factoryVersions(inventory.image.factory, dialMap)),
    temporal: once(async () => closedAtEnd(openTemporal())),
    ways: async () => {
      await Promise.allSettled([reader(), kubeconfig()]);
      await Promise.allSettled(
        controlPlanes.flatMap(({ name }) => [shared.talosEndpoint(name), shared.kubernetesEndpoint(name)]),
      );
    },
    atEnd: (close) => void closing.push(close),
    close: async () => {
      for (const close of closing) await close();
    },
  };
  return shared;
}

async function adminAccepted(observed: Looks): Promise<number> {
  const { text } = await needed(observed.admin(), 'it cannot be read');
  const [address] = (await openWays(observed)).keys();
  if (address === undefined) throw new NotAsked('no control plane answers');
  const keys = talosKeys('talosconfig (admin)', observed.inventory.access.talos.admin, text);
  return talosAnswers(address, keys, AbortSignal.timeout(endpointMs));
}

/** Tries each endpoint that responds. It does not wait again for one that did not. */
async function versionOf(
  observed: Looks,
  name: string,
): Promise<{ version: string; through: string; tookMs: number }> {
  const access = await needed(observed.access(), 'the credentials for looking, or talosctl, are missing');
  const open = await openWays(observed);
  const targets = access.targets(name).filter(({ endpoint }) => open.has(endpoint));
  if (targets.length === 0) throw new NotAsked('no control plane answers that it could be asked through');
  let failure: unknown;
  for (const target of targets) {
    const began = performance.now();
    try {
      const version = await access.talos.version(target, { timeoutMs: versionMs });
      return { version, through: open.get(target.endpoint) ?? '', tookMs: performance.now() - began };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Address to connect to → the control plane whose Talos API responded there. */
async function openWays(observed: Looks): Promise<Map<string, string>> {
  const tried = await Promise.all(
    observed.controlPlanes.map(async ({ name, address }): Promise<[string, string] | undefined> => {
      const answered = await observed.talosEndpoint(name).catch(() => undefined);
      return answered === undefined ? undefined : [dial(observed.dialMap, address), name];
    }),
  );
  return new Map(tried.filter((one) => one !== undefined));
}

/** Observes only nodes whose version was read before. Where neither Talos nor Kubernetes responds, nothing is observed. */
async function observe(observed: Looks): Promise<ClusterObservation> {
  const access = await needed(observed.access(), 'the credentials for looking, or talosctl, are missing');
  const answered = await Promise.all(
    observed.inventory.nodes.map(async ({ name }) => {
      const version = await observed.talosVersion(name).catch(() => undefined);
      return version === undefined ? [] : [name];
    }),
  );
  const talosOf = answered.flat();
  if (talosOf.length === 0) await needed(observed.kubernetes(), 'neither Talos nor Kubernetes answers');
  return observeCluster(access, { talosOf, etcd: false });
}

function serverOf(address: string): string {
  return `https://${address.includes(':') ? `[${address}]` : address}:6443`;
}
