import { createSecureServer, type Http2SecureServer } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterCertificates, talosconfig } from '../../../lab/certificates.js';
import { talosKeys, type TalosKeys } from '../../../src/tools/credential-certificates.js';
import { talosAnswers } from '../../../src/tools/talos-endpoint.js';
import { limits } from '../../limits.js';

/** A machine's Talos API up to the handshake: mutual TLS with Ed25519 keys, HTTP/2. */
const address = '127.81.3.1';
const machine = { name: 'a', role: 'control-plane', address, loopback: address } as const;
const options = { machines: [machine], vip: { address, loopback: address }, apiServer: address };
const { talos } = createClusterCertificates(options);
const foreign = createClusterCertificates(options).talos;
let server: Http2SecureServer;

beforeAll(async () => {
  const { certificate, key } = talos.server(machine);
  server = createSecureServer({
    cert: certificate,
    key: key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'),
    ca: talos.authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  await new Promise<void>((resolve) => server.listen(50_000, address, resolve));
});

afterAll(() => void server.close());

function keys(ca: typeof talos, client: typeof talos): TalosKeys {
  const issued = client.client(['os:reader']);
  const text = talosconfig('prox-ops', { ca: ca.authority.certificate, client: issued, endpoints: [] });
  return talosKeys('talosconfig (reader)', { file: 'reader' }, text);
}

const inTime = (): AbortSignal => AbortSignal.timeout(limits.wait);

describe('talosAnswers', () => {
  test('succeeds with the keys of that cluster, and returns the time it took', async () => {
    expect(await talosAnswers(address, keys(talos, talos), inTime())).toBeGreaterThan(0);
  });

  test('fails for a machine that another CA signed', async () => {
    await expect(talosAnswers(address, keys(foreign, talos), inTime())).rejects.toThrow(/certificate/);
  });

  test('fails when the machine does not accept our certificate', async () => {
    await expect(talosAnswers(address, keys(talos, foreign), inTime())).rejects.toThrow(
      /closed|ECONNRESET|alert|hang up/,
    );
  });

  test('fails where nothing listens', async () => {
    await expect(talosAnswers('127.81.3.2', keys(talos, talos), inTime())).rejects.toThrow(/ECONNREFUSED/);
  });
});
