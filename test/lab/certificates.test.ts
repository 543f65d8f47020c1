import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  createClusterCertificates,
  expiredYesterday,
  kubeconfig,
  talosconfig,
} from '../../lab/certificates.js';

interface Talosconfig {
  context: string;
  contexts: Record<string, { endpoints: string[]; key: string }>;
}

const machine = {
  name: 'k8s-ctrl-1',
  role: 'control-plane',
  address: '10.20.67.1',
  loopback: '127.77.67.1',
} as const;
const certificates = createClusterCertificates({
  machines: [machine],
  vip: { address: '10.20.67.100', loopback: '127.77.67.100' },
  apiServer: '127.77.0.1',
});

describe('Talos certificates', () => {
  const authority = new X509Certificate(certificates.talos.authority.certificate);

  test('a machine’s certificate is good for its true and its loopback address, and not for the VIP', () => {
    const server = new X509Certificate(certificates.talos.server(machine).certificate);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(
      [machine.address, machine.loopback, '10.20.67.100'].map((address) => server.checkIP(address)),
    ).toEqual([machine.address, machine.loopback, undefined]);
  });

  test('a client’s organizations are its roles, and it is for clients only', () => {
    const client = new X509Certificate(
      certificates.talos.client(['os:reader', 'os:etcd:backup']).certificate,
    );
    expect(client.subject).toBe('O=os:reader\nO=os:etcd:backup');
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  test('a client’s certificate can be one that has expired', () => {
    const client = new X509Certificate(
      certificates.talos.client(['os:admin'], expiredYesterday()).certificate,
    );
    expect(Date.parse(client.validTo)).toBeLessThan(Date.now());
    expect(client.verify(authority.publicKey)).toBe(true);
  });

  test('the talosconfig holds certificate and key as talosctl writes them', () => {
    const client = certificates.talos.client(['os:admin']);
    const ca = certificates.talos.authority.certificate;
    const text = talosconfig('prox-ops', { ca, client, endpoints: [machine.address] });
    const config = parse(text) as Talosconfig;
    const context = config.contexts['prox-ops'];
    expect(config.context).toBe('prox-ops');
    expect(context?.endpoints).toEqual(['10.20.67.1']);
    expect(Buffer.from(context?.key ?? '', 'base64').toString()).toMatch(
      /^-----BEGIN ED25519 PRIVATE KEY-----\n/,
    );
  });
});

describe('Kubernetes certificates', () => {
  const authority = new X509Certificate(certificates.kubernetes.authority.certificate);

  test('the API server’s certificate is valid for each of its addresses', () => {
    const server = new X509Certificate(certificates.kubernetes.apiServer.certificate);
    const addresses = [
      machine.address,
      machine.loopback,
      '10.20.67.100',
      '127.77.67.100',
      '127.77.0.1',
      '10.96.0.1',
    ];
    expect(addresses.map((address) => server.checkIP(address))).toEqual(addresses);
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc');
    expect(server.verify(authority.publicKey)).toBe(true);
  });

  test('a client has its user as common name and its groups as organizations', () => {
    const client = new X509Certificate(
      certificates.kubernetes.client('admin', ['system:masters']).certificate,
    );
    expect(client.subject).toBe('O=system:masters\nCN=admin');
  });

  test('the kubeconfig points at its own user', () => {
    const client = certificates.kubernetes.client('admin', ['system:masters']);
    const ca = certificates.kubernetes.authority.certificate;
    const text = kubeconfig('prox-ops', { ca, client, server: 'https://127.77.67.1:6443', user: 'admin' });
    const config = parse(text) as { contexts: unknown[] };
    expect(config.contexts[0]).toEqual({ name: 'prox-ops', context: { cluster: 'prox-ops', user: 'admin' } });
  });

  test('the service-account key is an elliptic-curve key', () => {
    expect(createPrivateKey(certificates.kubernetes.serviceAccountKey).asymmetricKeyType).toBe('ec');
  });
});
