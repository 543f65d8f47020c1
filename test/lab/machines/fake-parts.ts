import type { Machine, MachineParts } from '../../../lab/machines/machine.js';

/** A call of a fake part, e.g. `k8s-ctrl-1 start-etcd`. */
export type PartCall = string;

/** The start and stop of a machine's etcd. */
export interface FakeEtcd {
  start: (machine: Machine) => Promise<void>;
  stop: (machine: Machine) => Promise<void>;
  wipe?: (machine: Machine) => Promise<void>;
}

/** Parts that only record their calls. A node is ready as soon as its kubelet runs. */
export class FakeParts implements MachineParts {
  readonly calls: PartCall[] = [];
  readonly cordoned = new Set<string>();
  readonly #kubelets = new Set<string>();

  constructor(readonly etcd: FakeEtcd = { start: () => Promise.resolve(), stop: () => Promise.resolve() }) {}

  startEtcd(machine: Machine): Promise<void> {
    this.#told(machine, 'start-etcd');
    return this.etcd.start(machine);
  }

  stopEtcd(machine: Machine): Promise<void> {
    this.#told(machine, 'stop-etcd');
    return this.etcd.stop(machine);
  }

  async startKubelet(machine: Machine): Promise<void> {
    this.#told(machine, 'start-kubelet');
    this.#kubelets.add(machine.name);
  }

  async stopKubelet(machine: Machine): Promise<void> {
    this.#told(machine, 'stop-kubelet');
    this.#kubelets.delete(machine.name);
  }

  async openApiFront(machine: Machine): Promise<void> {
    this.#told(machine, 'open-api-front');
  }

  async cutApiFront(machine: Machine): Promise<void> {
    this.#told(machine, 'cut-api-front');
  }

  async nodeReady(machine: Machine): Promise<boolean> {
    return this.#kubelets.has(machine.name);
  }

  async cordon(machine: Machine): Promise<void> {
    this.#told(machine, 'cordon');
    this.cordoned.add(machine.name);
  }

  async uncordon(machine: Machine): Promise<void> {
    this.#told(machine, 'uncordon');
    this.cordoned.delete(machine.name);
  }

  async evictPods(machine: Machine): Promise<void> {
    this.#told(machine, 'evict-pods');
  }

  async leaveEvictionsUndone(machine: Machine): Promise<void> {
    this.#told(machine, 'leave-evictions-undone');
  }

  async wipe(machine: Machine): Promise<void> {
    this.#told(machine, 'wipe');
    await this.etcd.wipe?.(machine);
  }

  async wipeEtcd(machine: Machine): Promise<void> {
    this.#told(machine, 'wipe-etcd');
    await this.etcd.wipe?.(machine);
  }

  identify(machine: Machine): void {
    this.#told(machine, 'identify');
  }

  #told(machine: Machine, what: string): void {
    this.calls.push(`${machine.name} ${what}`);
  }
}
