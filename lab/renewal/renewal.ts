import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageFactory } from '../factory/image-factory.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { KubernetesCluster } from '../kubernetes/kubernetes-cluster.js';
import type { LabDescription } from '../lab-description.js';
import type { Machine } from '../machines/machine.js';
import type { TalosMachines } from '../talos-api/talos-machines.js';
import {
  changedObjects,
  declaredObjects,
  restoreObjects,
  type DeclaredObjects,
} from './kubernetes-objects.js';
import { emptyLogs, handedOver, restoreHandedOver, type HandedOver } from './lab-folder.js';
import {
  changedNodesAndPods,
  nodesAndPods,
  nodesStillTainted,
  replacePods,
  restoreNodes,
  untaintReadyNodes,
  type NodesAndPods,
} from './nodes-and-pods.js';

/** The parts of a lab that are reset. */
export interface RenewedParts {
  readonly directory: string;
  readonly talos: TalosMachines;
  readonly kubernetes: KubernetesCluster;
  readonly factory: ImageFactory;
  readonly faults: FaultPlan;
  readonly logs: LabDescription['logs'];
  readonly accidents: readonly string[];
}

/** The initial state of a lab. */
interface Origin {
  readonly objects: DeclaredObjects;
  readonly nodesAndPods: NodesAndPods;
  readonly files: HandedOver;
  readonly machines: ReadonlyMap<string, string>;
}

/**
 * The time limit of a reset, in milliseconds: far more than a busy machine needs. A lab that is not ready by then is replaced by a new one.
 */
const WAIT_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Resets a used lab to its initial state, much faster than starting another one. */
export class Renewal {
  readonly #parts: RenewedParts;
  #origin: Origin | undefined;

  constructor(parts: RenewedParts) {
    this.#parts = parts;
  }

  /** Stores the lab's present state. */
  async remember(): Promise<void> {
    const { directory, kubernetes } = this.#parts;
    this.#origin = {
      objects: await declaredObjects(kubernetes.admin),
      nodesAndPods: await nodesAndPods(kubernetes.admin),
      files: handedOver(directory),
      machines: this.#machines(),
    };
  }

  /**
   * Restores that state: no fault is armed, logs are empty, every machine has booted its first version, the cluster has its first objects,
   * and its pods are placed again.
   *
   * @throws with the differences; such a lab cannot be reused
   */
  async renew(): Promise<void> {
    const origin = this.#origin;
    if (origin === undefined)
      throw new Error('The lab remembers nothing: ask for POST /origin when it has started.');
    const { directory, talos, kubernetes, factory, faults, logs } = this.#parts;
    faults.forget();
    factory.forget();
    restoreHandedOver(directory, origin.files);
    emptyLogs(logs);
    await resetAll(talos.machines, kubernetes);
    await restoreObjects(kubernetes.admin, origin.objects);
    await restoreNodes(kubernetes.admin, origin.nodesAndPods);
    const end = Date.now() + WAIT_MS;
    // Pods that are placed earlier would all go to the other Nodes.
    while ((await nodesStillTainted(kubernetes.admin)).length > 0 && Date.now() < end) {
      await sleep(LOOK_EVERY_MS);
      await untaintReadyNodes(kubernetes.admin);
    }
    await replacePods(kubernetes.admin, origin.nodesAndPods);
    for (;;) {
      const lasting = [...this.#parts.accidents, ...this.#changedMachines(origin)];
      const changed = [...lasting, ...(await this.#changedInKubernetes(origin))];
      if (changed.length === 0) break;
      if (lasting.length > 0 || Date.now() > end)
        throw new Error(`The lab is not as it was: ${changed.join(', ')}.`);
      await sleep(LOOK_EVERY_MS);
    }
    await kubernetes.workloadsReady();
  }

  #changedMachines({ machines }: Origin): string[] {
    const now = this.#machines();
    return [...machines.keys()].filter((name) => now.get(name) !== machines.get(name));
  }

  async #changedInKubernetes(origin: Origin): Promise<string[]> {
    const { admin } = this.#parts.kubernetes;
    return [
      ...(await changedObjects(admin, origin.objects)),
      ...(await changedNodesAndPods(admin, origin.nodesAndPods)),
    ];
  }

  /** The properties of a machine that a person can change, by its name. */
  #machines(): ReadonlyMap<string, string> {
    const { talos, kubernetes } = this.#parts;
    return new Map(
      talos.machines.map((machine) => {
        const { name, power, version, schematic, booted, defaultSlot, installs, role, hostname } = machine;
        const etcd = kubernetes.etcd.get(name)?.running;
        const { active } = machine.disk.configuration;
        const seen = [hostname, role, power, etcd, version, schematic, booted, defaultSlot, installs, active];
        return [name, JSON.stringify(seen)];
      }),
    );
  }
}

/**
 * Workers at once, control planes one after the other: etcd keeps its majority. A member that is down comes first, and a leader transfers
 * leadership: a request that is lost with its leader is answered ten seconds later, and some parts of Kubernetes do not retry.
 */
async function resetAll(machines: readonly Machine[], { etcd }: KubernetesCluster): Promise<void> {
  const controlPlanes = machines.filter(({ role }) => role === 'control-plane');
  const workers = machines.filter(({ role }) => role !== 'control-plane');
  const up = ({ name }: Machine): number => Number(etcd.get(name)?.running === true);
  await Promise.all([
    ...workers.map(resetOne),
    (async () => {
      for (const machine of controlPlanes.toSorted((one, other) => up(one) - up(other))) {
        await etcd.get(machine.name)?.stop();
        await resetOne(machine);
      }
    })(),
  ]);
}

async function resetOne(machine: Machine): Promise<void> {
  await machine.reset();
  await machine.waitFor(({ ready }) => ready, { what: 'the machine to be ready', timeoutMs: WAIT_MS });
}
