import { randomBytes, randomInt } from 'node:crypto';
import { createAuthority, createSigningKey, type Authority } from '../../certificate-authority.js';
import { roleIn, type MachineConfiguration } from './machine-configuration.js';

/** The shared secrets of a cluster's machines: `talosctl gen secrets`. */
export interface ClusterSecrets {
  readonly clusterId: string;
  readonly clusterSecret: string;
  /** Lets a worker request its Talos API certificate from a control plane. */
  readonly machineToken: string;
  /** Lets a kubelet request its certificate. */
  readonly bootstrapToken: string;
  readonly secretboxEncryptionSecret: string;
  readonly talos: Authority;
  readonly kubernetes: Authority;
  readonly etcd: Authority;
  readonly aggregator: Authority;
  /** PEM. */
  readonly serviceAccountKey: string;
}

/** The parts of a cluster that a machine with some configuration can join. */
export interface Membership {
  /** Its Talos API: with the cluster's authority, with an unknown one, or none at all. */
  readonly talosApi: 'secured' | 'foreign' | 'none';
  readonly kubernetes: boolean;
  readonly etcd: boolean;
}

/** Access of a machine without a configuration, and with the right one. */
export const wholeMembership: Membership = { talosApi: 'secured', kubernetes: true, etcd: true };

/** Creates the secrets of a cluster around its existing authorities. */
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
 * The parts that a machine with this configuration can join. It gets no error: with another cluster's secrets it boots, and its kubelet and
 * etcd are rejected forever.
 */
export function membershipOf(configuration: MachineConfiguration, secrets: ClusterSecrets): Membership {
  const { machine, cluster } = configuration.v1alpha1 ?? {};
  const trusts = machine?.ca?.crt === base64(secrets.talos.certificate);
  const hasToken = machine?.token === secrets.machineToken;
  const controlPlane = roleIn(configuration) === 'control-plane';
  // A control plane signs its own certificate; a worker must request one.
  const own = controlPlane ? 'foreign' : 'none';
  return {
    talosApi: trusts && (controlPlane || hasToken) ? 'secured' : own,
    kubernetes:
      cluster?.ca?.crt === base64(secrets.kubernetes.certificate) && cluster.token === secrets.bootstrapToken,
    etcd: controlPlane && cluster?.etcd?.ca?.key === base64(secrets.etcd.key),
  };
}

/** Certificates and keys in the format of a machine configuration. */
export function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}

/** Six characters, a dot, sixteen more, in kubeadm's format. */
function token(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const text = (length: number): string =>
    Array.from({ length }, () => letters[randomInt(letters.length)] ?? '').join('');
  return `${text(6)}.${text(16)}`;
}
