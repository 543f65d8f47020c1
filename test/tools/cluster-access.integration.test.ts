import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterCertificates, kubeconfig, talosconfig } from '../../lab/certificates.js';
import { openCluster } from '../../src/tools/cluster-access.js';
import { aCluster } from '../planning/a-cluster.js';

const { talos, kubernetes } = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});
const { inventory } = aCluster();
const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-access-'));
const before = { ...process.env };

beforeAll(() => {
  const program = path.join(folder, 'talosctl');
  writeFileSync(program, `#!${process.execPath}\nconsole.log('Talos ${inventory.versions.talos}');\n`);
  chmodSync(program, 0o755);
  const reader = talosconfig(inventory.cluster, {
    ca: talos.authority.certificate,
    client: talos.client(['os:reader']),
    endpoints: [],
  });
  writeFileSync(path.join(folder, 'reader'), reader, { mode: 0o600 });
  const config = kubeconfig(inventory.cluster, {
    ca: kubernetes.authority.certificate,
    client: kubernetes.client('slipway', []),
    server: 'https://10.20.67.100:6443',
    user: 'slipway',
  });
  Object.assign(process.env, { SLIPWAY_BIN_TALOSCTL_1_12: program, KUBECONFIG: config });
});

afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true, force: true });
});

describe('the folder of a step', () => {
  it('is shared by concurrent callers, and removed with its content', async () => {
    const access = await openCluster(inventory, { base: folder, dialMap: {} });
    const [first, file, second] = await Promise.all([
      access.folder(),
      access.kubeconfigFile(),
      access.folder(),
    ]);
    expect([path.dirname(file), second.folder]).toEqual([first.folder, first.folder]);
    expect(readFileSync(file, 'utf8')).toContain('client-key-data');
    await access.close();
    expect([first.folder, second.folder, file].filter((one) => existsSync(one))).toEqual([]);
  });

  it('is removed also while it is being created', async () => {
    const access = await openCluster(inventory, { base: folder, dialMap: {} });
    const asked = access.folder();
    await access.close();
    expect(existsSync((await asked).folder)).toBe(false);
  });
});
