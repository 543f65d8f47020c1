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
 * What the checks look at. Each look is made once, when a check asks for it first, and ends automatically in seconds. Later looks
 * go only where earlier ones were answered: a cluster that is down costs no row of limits.
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
  /** Milliseconds a control plane that answers the reader took to accept the admin's certificate. */
  adminAccepted(): Promise<number>;
  /** Version of a node, asked with the reader's talosconfig through the control planes that answer. */
  talosVersion(
    name: string,
  ): Promise<{ readonly version: string; readonly through: string; readonly tookMs: number }>;
  /** `/readyz` of a control plane's own API server. */
  kubernetesEndpoint(name: string): Promise<KubernetesAnswer>;
  /** The first API server that answered. */
  kubernetes(): Promise<KubernetesEndpoint>;
  observation(): Promise<ClusterObservation>;
  factory(): Promise<Seen<readonly string[]>>;
  temporal(): Promise<Temporal>;
  /** Looks at all ways directly: before anything else costs processor time, or their times would be those of this machine. */
  ways(): Promise<void>;
  /** What `close` takes along. */
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

  const looks: Looks = {
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
    adminAccepted: once(() => adminAccepted(looks)),
    talosVersion: onceEach((name) => versionOf(looks, name)),
    kubernetesEndpoint: onceEach(async (name) =>
      (await kubernetesWays(name)).get('/readyz', AbortSignal.timeout(endpointMs)),
    ),
    kubernetes: once(async () => {
      const answered = controlPlanes.map(async ({ name }) => {
        const { status } = await looks.kubernetesEndpoint(name);
        if (status === 401) throw new Error('the kubeconfig is not accepted');
        return kubernetesWays(name);
      });
      return needed(Promise.any(answered), 'no API server answers this kubeconfig');
    }),
    observation: once(() => observe(looks)),
    factory: once(() => factoryVersions(inventory.image.factory, dialMap)),
    temporal: once(async () => closedAtEnd(openTemporal())),
    ways: async () => {
      await Promise.allSettled([reader(), kubeconfig()]);
      await Promise.allSettled(
        controlPlanes.flatMap(({ name }) => [looks.talosEndpoint(name), looks.kubernetesEndpoint(name)]),
      );
    },
    atEnd: (close) => void closing.push(close),
    close: async () => {
      for (const close of closing) await close();
    },
  };
  return looks;
}

async function adminAccepted(looks: Looks): Promise<number> {
  const { text } = await needed(looks.admin(), 'it cannot be read');
  const [address] = (await openWays(looks)).keys();
  if (address === undefined) throw new NotAsked('no control plane answers');
  const keys = talosKeys('talosconfig (admin)', looks.inventory.access.talos.admin, text);
  return talosAnswers(address, keys, AbortSignal.timeout(endpointMs));
}

/** Each way that answers is tried; those that do not are not waited for again. */
async function versionOf(
  looks: Looks,
  name: string,
): Promise<{ version: string; through: string; tookMs: number }> {
  const access = await needed(looks.access(), 'the credentials for looking, or talosctl, are missing');
  const open = await openWays(looks);
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

/** Where to connect → whose Talos API answered there. */
async function openWays(looks: Looks): Promise<Map<string, string>> {
  const tried = await Promise.all(
    looks.controlPlanes.map(async ({ name, address }): Promise<[string, string] | undefined> => {
      const answered = await looks.talosEndpoint(name).catch(() => undefined);
      return answered === undefined ? undefined : [dial(looks.dialMap, address), name];
    }),
  );
  return new Map(tried.filter((one) => one !== undefined));
}

/** Nodes are asked only where a version was answered before, and nothing where nothing answers. */
async function observe(looks: Looks): Promise<ClusterObservation> {
  const access = await needed(looks.access(), 'the credentials for looking, or talosctl, are missing');
  const answered = await Promise.all(
    looks.inventory.nodes.map(async ({ name }) => {
      const version = await looks.talosVersion(name).catch(() => undefined);
      return version === undefined ? [] : [name];
    }),
  );
  const talosOf = answered.flat();
  if (talosOf.length === 0) await needed(looks.kubernetes(), 'neither Talos nor Kubernetes answers');
  return observeCluster(access, { talosOf, etcd: false });
}

function serverOf(address: string): string {
  return `https://${address.includes(':') ? `[${address}]` : address}:6443`;
}
