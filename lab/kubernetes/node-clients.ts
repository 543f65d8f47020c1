import type { ClusterCertificates } from '../certificates.js';
import { ApiClient, type ApiAccess } from './api-client.js';

/** Clients of the API server as the kubelets of a cluster, by the name of their Node. */
export class NodeClients {
  readonly #access = new Map<string, ApiAccess>();
  readonly #clients = new Map<string, ApiClient>();

  /** `server`: `https://127.77.0.1:6443` */
  constructor(
    readonly server: string,
    readonly certificates: ClusterCertificates['kubernetes'],
  ) {}

  /** The identity of that Node's kubelet; its certificate is issued once. */
  access(node: string): ApiAccess {
    let access = this.#access.get(node);
    if (!access) {
      const { certificate, key } = this.certificates.client(`system:node:${node}`, ['system:nodes']);
      access = { server: this.server, ca: this.certificates.authority.certificate, certificate, key };
      this.#access.set(node, access);
    }
    return access;
  }

  /** A cached client. */
  client(node: string): ApiClient {
    let client = this.#clients.get(node);
    if (!client) {
      client = new ApiClient(this.access(node));
      this.#clients.set(node, client);
    }
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
