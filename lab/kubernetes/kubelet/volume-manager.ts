import { setTimeout as sleep } from 'node:timers/promises';
import type { V1CSINode, V1PersistentVolume, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { isNotFound, type ApiClient } from '../api-client.js';
import type { WirePod } from './pod-status.js';

/** The parts of a Node that its volumes depend on. */
export interface VolumeNode {
  readonly name: string;
  /** True when Kubernetes' attach-detach controller reports the volume as attached to the Node. */
  isAttached(volume: string): boolean;
  /** Sets the volumes in use in the Node's status. */
  useVolumes(volumes: readonly string[]): void;
}

/** Annotation of a storage driver's own pod: the CSI driver that its machine has once the pod is ready. */
const CSI_DRIVER = 'lab.slipway.dev/csi-driver';
const LOOK_EVERY_MS = 150;

/**
 * The volumes of one machine's pods in one boot, as a kubelet handles them: it waits until each is attached and its driver is registered,
 * lists those in use in the Node's status, and releases them with their pod.
 */
export class VolumeManager {
  readonly #client: ApiClient;
  readonly #node: VolumeNode;
  readonly #stopped = new AbortController();
  /** By pod's uid: `kubernetes.io/csi/<driver>^<handle>`. */
  readonly #byPod = new Map<string, ReadonlySet<string>>();
  readonly #drivers = new Set<string>();

  constructor(client: ApiClient, node: VolumeNode) {
    this.#client = client;
    this.#node = node;
  }

  /** Whether the pod must wait for volumes at all. */
  wants(pod: WirePod): boolean {
    return claimsOf(pod).length > 0;
  }

  /** Resolves when all volumes of the pod are attached; true unless the pod or the machine is gone before. */
  async mount(pod: WirePod): Promise<boolean> {
    const uid = pod.metadata?.uid ?? '';
    this.#byPod.set(uid, new Set());
    const volumes = await this.#until(uid, () => this.#volumesOf(pod));
    if (!volumes) return false;
    this.#byPod.set(uid, new Set(volumes.map(({ name }) => name)));
    this.#reportInUse();
    const there = async (): Promise<true | undefined> =>
      volumes.every(({ name, driver }) => this.#drivers.has(driver) && this.#node.isAttached(name)) ||
      undefined;
    return (await this.#until(uid, there)) === true;
  }

  /** The pod's containers have ended: it uses no volume any more. */
  unmount(pod: WirePod): void {
    const had = this.#byPod.get(pod.metadata?.uid ?? '');
    this.#byPod.delete(pod.metadata?.uid ?? '');
    if (had && had.size > 0) this.#reportInUse();
  }

  /** A pod became ready: if it is a storage driver's, the machine has that driver from now on. */
  async podReady(pod: WirePod): Promise<void> {
    const driver = pod.metadata?.annotations?.[CSI_DRIVER];
    if (driver === undefined || this.#drivers.has(driver)) return;
    await this.#until(undefined, async () => {
      await this.#register(driver);
      return true;
    });
    this.#drivers.add(driver);
  }

  stop(): void {
    this.#stopped.abort();
  }

  #reportInUse(): void {
    this.#node.useVolumes(
      [...new Set([...this.#byPod.values()].flatMap((volumes) => [...volumes]))].toSorted(),
    );
  }

  /** Retries until there is an answer; undefined when the pod is released or the machine stops. */
  async #until<T>(pod: string | undefined, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const { signal } = this.#stopped;
    const isWanted = (): boolean => pod === undefined || this.#byPod.has(pod);
    while (!signal.aborted && isWanted()) {
      // Forbidden while the API server does not know yet that the pod is ours, unreachable while it is down: retry.
      const answer = await ask().catch(() => undefined);
      if (answer !== undefined) return answer;
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }

  async #volumesOf(pod: WirePod): Promise<readonly { name: string; driver: string }[] | undefined> {
    const namespace = pod.metadata?.namespace ?? 'default';
    const volumes = await Promise.all(
      claimsOf(pod).map(async (claim) => {
        const { spec } = await this.#client.get<V1PersistentVolumeClaim>(
          `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`,
        );
        const volume = await this.#client.get<V1PersistentVolume>(
          `/api/v1/persistentvolumes/${spec?.volumeName ?? ''}`,
        );
        return volume.spec?.csi;
      }),
    );
    return volumes.flatMap((csi) =>
      csi ? [{ name: `kubernetes.io/csi/${csi.driver}^${csi.volumeHandle}`, driver: csi.driver }] : [],
    );
  }

  /** Adds the driver to the machine's CSINode, which is created where it does not exist. */
  async #register(driver: string): Promise<void> {
    const { name } = this.#node;
    const path = `/apis/storage.k8s.io/v1/csinodes`;
    const entry = { name: driver, nodeID: name, topologyKeys: [] };
    try {
      const before = await this.#client.get<V1CSINode>(`${path}/${name}`);
      if (before.spec.drivers.some((each) => each.name === driver)) return;
      const drivers = [...before.spec.drivers, entry];
      await this.#client.patch(`${path}/${name}`, { spec: { drivers } }, 'merge');
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const node = { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name } };
      await this.#client.create(path, { ...node, spec: { drivers: [entry] } });
    }
  }
}

function claimsOf(pod: WirePod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
}
