import { stringify } from 'yaml';
import {
  createAuthority,
  createSigningKey,
  type Authority,
  type IssuedCertificate,
  type Validity,
} from './certificate-authority.js';

export {
  expiredYesterday,
  type Authority,
  type IssuedCertificate,
  type Validity,
} from './certificate-authority.js';

/** Roles a Talos client certificate can carry. */
export type TalosRole = 'os:admin' | 'os:operator' | 'os:reader' | 'os:etcd:backup' | 'os:impersonator';

/** The machine data that certificates contain. */
export interface CertifiedMachine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: string;
  readonly loopback: string;
}

/** The inputs for the certificates of one cluster. */
export interface CertificateOptions {
  readonly machines: readonly CertifiedMachine[];
  /** The virtual address, as the inventory has it, and its address in the lab. */
  readonly vip: { readonly address: string; readonly loopback: string };
  /** Where the one real API server listens, e.g. `127.77.0.1`. */
  readonly apiServer: string;
  /** First address of the service network: the API server's address for pods. Default `10.96.0.1`. */
  readonly apiServerServiceAddress?: string;
}

/** Every certificate and key of one simulated cluster. Nothing is written to disk. */
export interface ClusterCertificates {
  readonly talos: {
    readonly authority: Authority;
    /** For a machine's own Talos API: valid for its true and its loopback address, not for the VIP. */
    server(machine: CertifiedMachine): IssuedCertificate;
    client(roles: readonly TalosRole[], validity?: Validity): IssuedCertificate;
  };
  readonly kubernetes: {
    readonly authority: Authority;
    /** Valid for every control plane's addresses, the VIP and the service. */
    readonly apiServer: IssuedCertificate;
    /** A user and the groups it is in, e.g. `admin` in `system:masters`, or `system:node:k8s-ctrl-1` in `system:nodes`. */
    client(user: string, groups: readonly string[], validity?: Validity): IssuedCertificate;
    /** Signs service-account tokens; PEM of a private key on P-256. */
    readonly serviceAccountKey: string;
  };
}

/** Creates the authorities and keys of a cluster. Client certificates are issued on request. */
export function createClusterCertificates(options: CertificateOptions): ClusterCertificates {
  const talos = createAuthority('ed25519', { organization: 'talos' });
  const kubernetes = createAuthority('p256', { commonName: 'kubernetes' });
  return {
    talos: {
      authority: talos,
      server: (machine) =>
        talos.issue({
          usage: 'server',
          commonName: machine.name,
          names: [machine.name, machine.address, machine.loopback],
        }),
      client: (roles, validity) =>
        talos.issue({
          usage: 'client',
          organizations: roles,
          ...(validity === undefined ? {} : { validity }),
        }),
    },
    kubernetes: {
      authority: kubernetes,
      apiServer: kubernetes.issue({
        usage: 'server',
        commonName: 'kube-apiserver',
        names: apiServerNames(options),
      }),
      client: (user, groups, validity) =>
        kubernetes.issue({
          usage: 'client',
          commonName: user,
          organizations: groups,
          ...(validity === undefined ? {} : { validity }),
        }),
      serviceAccountKey: createSigningKey(),
    },
  };
}

/** The server and the user of a client configuration. */
export interface ClientAccess {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  readonly client: IssuedCertificate;
}

/** The text of a talosconfig file: one context, named like the cluster. Endpoints are addresses without ports. */
export function talosconfig(
  cluster: string,
  access: ClientAccess & { endpoints: readonly string[] },
): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return stringify({
    context: cluster,
    contexts: {
      [cluster]: {
        endpoints: access.endpoints,
        ca: base64(access.ca),
        crt: base64(access.client.certificate),
        key: base64(access.client.key),
      },
    },
  });
}

/** The text of a kubeconfig file: one context, named like the cluster. `server`: `https://127.77.67.1:6443`. */
export function kubeconfig(cluster: string, access: ClientAccess & { server: string; user: string }): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': cluster,
    clusters: [
      { name: cluster, cluster: { server: access.server, 'certificate-authority-data': base64(access.ca) } },
    ],
    users: [
      {
        name: access.user,
        user: {
          'client-certificate-data': base64(access.client.certificate),
          'client-key-data': base64(access.client.key),
        },
      },
    ],
    contexts: [{ name: cluster, context: { cluster, user: access.user } }],
  });
}

function apiServerNames(options: CertificateOptions): string[] {
  const controlPlanes = options.machines.filter(({ role }) => role === 'control-plane');
  return [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    options.apiServerServiceAddress ?? '10.96.0.1',
    options.apiServer,
    options.vip.address,
    options.vip.loopback,
    ...controlPlanes.flatMap(({ name, address, loopback }) => [name, address, loopback]),
  ];
}
