import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kubeconfig, type ClusterCertificates } from '../certificates.js';
import { API_PORT, type ApiServerFiles } from './api-server.js';

/** Paths of the files for the Kubernetes half of a lab and its users. */
export interface KubernetesFiles extends ApiServerFiles {
  readonly kubeconfigs: {
    /** `system:masters`, directly to the API server. */
    readonly admin: string;
    /** User `slipway`, which has only the ClusterRole that Slipway ships; through the cluster's endpoint. */
    readonly slipway: string;
    readonly controllerManager: string;
    readonly scheduler: string;
  };
}

/** The user with the permissions of `deploy/kubernetes/cluster-role.yaml`. */
export const SLIPWAY_USER = 'slipway';

/** The inputs of those files. */
export interface KubernetesFilesOptions {
  readonly cluster: string;
  readonly directory: string;
  readonly certificates: ClusterCertificates['kubernetes'];
  /** Where the real API server listens. */
  readonly apiServer: string;
  /** The server of people's kubeconfigs in the lab: the VIP, or one control plane. */
  readonly endpoint: string;
}

/** Writes keys, certificates and kubeconfigs, readable only for their owner. */
export function writeKubernetesFiles(options: KubernetesFilesOptions): KubernetesFiles {
  const { certificates, cluster, directory } = options;
  mkdirSync(path.join(directory, 'pki'), { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): string => {
    const file = path.join(directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const direct = `https://${options.apiServer}:${API_PORT}`;
  const writeKubeconfig = (
    name: string,
    user: string,
    groups: readonly string[],
    server = direct,
  ): string => {
    const client = certificates.client(user, groups);
    return write(
      `kubeconfig-${name}`,
      kubeconfig(cluster, { ca: certificates.authority.certificate, client, server, user }),
    );
  };
  const admin = writeKubeconfig('admin', 'admin', ['system:masters']);
  return {
    clientAuthority: write('pki/kubernetes-ca.crt', certificates.authority.certificate),
    certificate: write('pki/kube-apiserver.crt', certificates.apiServer.certificate),
    key: write('pki/kube-apiserver.key', certificates.apiServer.key),
    serviceAccountKey: write('pki/service-account.key', certificates.serviceAccountKey),
    adminKubeconfig: admin,
    kubeconfigs: {
      admin,
      slipway: writeKubeconfig('slipway', SLIPWAY_USER, [], `https://${options.endpoint}:${API_PORT}`),
      controllerManager: writeKubeconfig('controller-manager', 'system:kube-controller-manager', []),
      scheduler: writeKubeconfig('scheduler', 'system:kube-scheduler', []),
    },
  };
}
