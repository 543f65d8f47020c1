import type { V1Lease } from '@kubernetes/client-node';
import { isNotFound, type ApiClient } from '../api-client.js';
import { kubernetesMicroTime, type Stamped } from './kubernetes-time.js';

type WireLease = Stamped<V1Lease>;

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const AGAIN_AFTER_MS = 300;

/** The heartbeat of a Node: renews its Lease until it is stopped, and then never again. */
export class LeaseRenewal {
  #lease: WireLease | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    readonly client: ApiClient,
    readonly node: { readonly name: string; readonly uid: string },
    /** Milliseconds between two renewals. */
    readonly everyMs: number,
  ) {}

  start(): void {
    void this.#renew();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    let next = this.everyMs;
    try {
      this.#lease = await this.#write();
    } catch {
      // Without the namespace (the API server creates it at its start) or a majority of etcd: retries soon.
      this.#lease = undefined;
      next = Math.min(next, AGAIN_AFTER_MS);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#renew(), next);
  }

  async #write(): Promise<WireLease> {
    const { name, uid } = this.node;
    this.#lease ??= await this.client.get<WireLease>(`${LEASES}/${name}`).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: Math.max(1, Math.round((this.everyMs * 4) / 1000)),
      renewTime: kubernetesMicroTime(new Date()),
    };
    if (this.#lease) return this.client.replace<WireLease>(`${LEASES}/${name}`, { ...this.#lease, spec });
    return this.client.create<WireLease>(LEASES, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec,
    });
  }
}
