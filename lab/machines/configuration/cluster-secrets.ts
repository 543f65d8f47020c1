import { randomBytes, randomInt } from 'node:crypto';
import { createAuthority, createSigningKey, type Authority } from '../../certificate-authority.js';
import { roleIn, type MachineConfiguration } from './machine-configuration.js';

/** What all machines of a cluster have in common and nobody else has: `talosctl gen secrets`. */
export interface ClusterSecrets {
  readonly clusterId: string;
  readonly clusterSecret: string;
  /** Lets a worker ask a control plane for the certificate of its Talos API. */
  readonly machineToken: string;
  /** Lets a kubelet ask for its certificate. */
  readonly bootstrapToken: string;
  readonly secretboxEncryptionSecret: string;
  readonly talos: Authority;
  readonly kubernetes: Authority;
  readonly etcd: Authority;
  readonly aggregator: Authority;
  /** PEM. */
  readonly serviceAccountKey: string;
}

/** What of a cluster a machine with some configuration can take part in. */
export interface Membership {
  /** Its Talos API: with the cluster's authority, with one nobody here knows, or none at all. */
  readonly talosApi: 'secured' | 'foreign' | 'none';
  readonly kubernetes: boolean;
  readonly etcd: boolean;
}

/** What a machine with no configuration of its own, and with the right one, can take part in. */
export const wholeMembership: Membership = { talosApi: 'secured', kubernetes: true, etcd: true };

/** Makes the secrets of a cluster around the authorities it has. */
export function createClusterSecrets(authorities: {
  talos: Authority;
  kubernetes: Authority;
  serviceAccountKey?: string;
}): ClusterSecrets {
  return {
    clusterId: randomBytes(32).toString('base64url') + '=',
    clusterSecret: randomBytes(32).toString('base64'),
    machineToken: token(),
    bootstrapToken: token(),
    secretboxEncryptionSecret: randomBytes(32).toString('base64'),
    talos: authorities.talos,
    kubernetes: authorities.kubernetes,
    etcd: createAuthority('p256', { organization: 'etcd' }),
    aggregator: createAuthority('p256', { commonName: 'front-proxy' }),
    serviceAccountKey: authorities.serviceAccountKey ?? createSigningKey(),
  };
}

/**
 * What a machine with this configuration can take part in. Nobody tells it: with another cluster's secrets it boots, and
 * its kubelet and etcd are turned away for ever.
 */
export function membershipOf(configuration: MachineConfiguration, secrets: ClusterSecrets): Membership {
  const { machine, cluster } = configuration.v1alpha1 ?? {};
  const trusts = machine?.ca?.crt === base64(secrets.talos.certificate);
  const hasToken = machine?.token === secrets.machineToken;
  const controlPlane = roleIn(configuration) === 'control-plane';
  // A control plane signs its own certificate; a worker has to ask for one.
  const own = controlPlane ? 'foreign' : 'none';
  return {
    talosApi: trusts && (controlPlane || hasToken) ? 'secured' : own,
    kubernetes:
      cluster?.ca?.crt === base64(secrets.kubernetes.certificate) && cluster.token === secrets.bootstrapToken,
    etcd: controlPlane && cluster?.etcd?.ca?.key === base64(secrets.etcd.key),
  };
}

/** As certificates and keys stand in a machine configuration. */
export function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}

/** Six characters, a dot, sixteen more, as kubeadm has them. */
function token(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const text = (length: number): string =>
    Array.from({ length }, () => letters[randomInt(letters.length)] ?? '').join('');
  return `${text(6)}.${text(16)}`;
}
