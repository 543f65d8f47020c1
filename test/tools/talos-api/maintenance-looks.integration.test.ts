import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Machine } from '../../../lab/machines/machine.js';
import { throughOthers } from '../../../src/tools/observe-cluster.js';
import { lookInMaintenance } from '../../../src/tools/talos-api/maintenance-looks.js';
import { foreignCertificates, startMachines, type TestMachines } from './talos-machines.js';

let machines: TestMachines;
const uuid = 'bbbbbbbb-0000-0000-0000-000000000201';
const nics = [
  { mac: 'BC:24:11:00:1F:44', vlan: 'untagged' },
  { mac: 'bc:24:11:00:1f:45', vlan: 62 },
] as const;

beforeAll(async () => {
  machines = await startMachines();
});

afterAll(async () => {
  await machines.stop();
});

/** Destroys a machine, and replaces it without a configuration. */
async function plannedReplacementBack(name: string, version: string): Promise<Machine> {
  const machine = machines.machine(name);
  const { schematic, image, extensions } = machine.bootSlots.running;
  await machine.body.destroy();
  machine.body.replacement({ hardware: { uuid, nics }, slot: { version, schematic, image, extensions } });
  await machine.powerOn();
  await machine.waitFor((one) => one.stage === 'maintenance', { what: 'maintenance', timeoutMs: 15_000 });
  return machine;
}

/** Of the public key in a server's certificate, read by another client. */
async function fingerprintOf(host: string): Promise<string> {
  const socket = connect({ host, port: 50_000, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

describe('an observation of a machine without a configuration', () => {
  test.each([
    ['k8s-ctrl-2', 'v1.12.1'],
    ['k8s-ctrl-3', 'v1.13.9'],
  ])('%s with Talos %s reports its identity', async (name, version) => {
    const { definition } = await plannedReplacementBack(name, version);
    expect(await lookInMaintenance(definition.loopback)).toEqual({
      stage: 'maintenance',
      version,
      uuid,
      macs: ['bc:24:11:00:1f:44', 'bc:24:11:00:1f:45'],
      fingerprint: await fingerprintOf(definition.loopback),
    });
  });
});

describe('a control plane without a configuration', () => {
  const version = (ways: readonly string[], looks = machines.looks()) =>
    throughOthers(
      ways.map((way) => machines.target(way, 'k8s-ctrl-1')),
      (target) => looks.version(target),
    );

  beforeAll(async () => {
    if (machines.machine('k8s-ctrl-2').stage !== 'maintenance')
      await plannedReplacementBack('k8s-ctrl-2', 'v1.13.9');
  });

  test('is no endpoint for another node, and does not reject our credential: the next one is tried', async () => {
    expect(await version(['k8s-ctrl-2', 'k8s-ctrl-1'])).toBe('v1.12.1');
  });

  test('is the only endpoint: then the credential is refused', async () => {
    await expect(version(['k8s-ctrl-2'])).rejects.toMatchObject({
      reason: { kind: 'credential-rejected', why: 'x509: certificate signed by unknown authority' },
    });
  });

  test('changes nothing where our credential is invalid: all endpoints reject it', async () => {
    const definitions = machines.machines.map(({ definition }) => definition);
    const bad = machines.looks(machines.keys({ client: foreignCertificates(definitions) }));
    await expect(version(['k8s-ctrl-1', 'k8s-ctrl-1'], bad)).rejects.toMatchObject({
      reason: { kind: 'credential-rejected', why: 'tls: unknown certificate authority' },
    });
  });
});

describe('there is no machine without a configuration', () => {
  test('where a machine has one: it requires a certificate', async () => {
    const { definition } = machines.machine('k8s-ctrl-1');
    await expect(lookInMaintenance(definition.loopback)).rejects.toMatchObject({
      name: 'TalosCallFailed',
      why: expect.stringContaining('certificate required'),
    });
  });

  test('where nothing listens', async () => {
    await expect(lookInMaintenance(machines.nobody)).rejects.toMatchObject({
      name: 'TalosCallFailed',
      why: expect.stringContaining('connection refused'),
    });
  });

  test('where a server does not respond, at the time limit or when the caller aborts', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    await expect(lookInMaintenance(endpoint, { timeoutMs: 50 })).rejects.toMatchObject({ timedOut: true });
    const signal = AbortSignal.timeout(50);
    await expect(lookInMaintenance(endpoint, { signal })).rejects.toMatchObject({ cancelled: true });
    silent.close();
  });
});
