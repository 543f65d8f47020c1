import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterCertificates } from '../../../lab/certificates.js';
import { createClusterSecrets } from '../../../lab/machines/configuration/cluster-secrets.js';
import { usualHardware } from '../../../lab/machines/hardware.js';
import type { Machine } from '../../../lab/machines/machine.js';
import { leaderOf, startSimulatedCluster, type Client, type SimulatedCluster } from './simulated-cluster.js';

let cluster: SimulatedCluster;

// Processes are started here, on a machine that may be busy.

beforeAll(async () => {
  cluster = await startSimulatedCluster({ 'k8s-ctrl-3': 'v1.11.5' });
  await leaderOf(cluster);
});

afterAll(async () => {
  await cluster.stop();
});

const clients: readonly Client[] = ['1.11', '1.12', '1.13'];
const WORKER = 'k8s-work-1';

const reaches = (machine: Machine, stage: string): Promise<void> =>
  machine.waitFor((one) => one.stage === stage, { what: stage, timeoutMs: 45_000 });

/** Destroys a machine, and replaces it without a configuration. */
async function makeAnew(name: string, version: string): Promise<Machine> {
  const machine = cluster.machine(name);
  const { schematic, image, extensions } = machine.bootSlots.running;
  await machine.body.destroy();
  machine.body.replacement({
    hardware: { ...usualHardware(name), uuid: 'bbbbbbbb-0000-0000-0000-000000000201' },
    slot: { version, schematic, image, extensions },
  });
  await machine.powerOn();
  await reaches(machine, 'maintenance');
  return machine;
}

/** A talosctl of 1.11 cannot read the configuration of a newer machine; newer ones can read that of an older. */
const pairs: readonly { client: Client; node: string }[] = [
  { client: '1.11', node: 'k8s-ctrl-3' },
  { client: '1.12', node: 'k8s-ctrl-3' },
  { client: '1.12', node: WORKER },
  { client: '1.13', node: WORKER },
];

describe('a machine that has a configuration', () => {
  test.each(pairs)(
    'shows it to an administrator alone (talosctl $client of $node)',
    async ({ client, node }) => {
      const get = ['get', 'machineconfig', 'v1alpha1', '-o', 'yaml'];
      const shown = await cluster.talosctl(get, { client, nodes: [node] });
      expect(shown).toMatchObject({ exitCode: 0 });
      expect(shown.stdout).toMatch(new RegExp(`spec: \\|\n {4}version: v1alpha1\n[^]*hostname: ${node}`));
      const reader = cluster.config('reader', ['os:reader']);
      const refused = await cluster.talosctl(get, { client, nodes: [node], talosconfig: reader });
      expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not authorized') });
    },
  );

  test.each(pairs)(
    'takes a patch of it while it runs (talosctl $client of $node)',
    async ({ client, node }) => {
      const machine = cluster.machine(node);
      const { bootId } = machine;
      const patch = JSON.stringify({ machine: { sysctls: { 'net.core.somaxconn': client.slice(2) } } });
      const patched = await cluster.talosctl(['patch', 'machineconfig', '-p', patch], {
        client,
        nodes: [node],
      });
      expect(patched).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('Applied configuration without a reboot'),
      });
      expect(machine.disk.configuration.persisted?.text).toContain(
        `net.core.somaxconn: "${client.slice(2)}"`,
      );
      expect(machine.bootId).toBe(bootId);
    },
  );

  test('stages one, and changes nothing in a dry run', async () => {
    const machine = cluster.machine(WORKER);
    const { active } = machine.disk.configuration;
    const apply = ['apply-config', '-f', cluster.configuration(WORKER)];
    const dry = await cluster.talosctl([...apply, '--dry-run'], { nodes: [WORKER] });
    expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('(skipped in dry-run)') });
    const staged = await cluster.talosctl([...apply, '--mode', 'staged'], { nodes: [WORKER] });
    expect(staged.stderr).toContain('Staged configuration to be applied after the next reboot');
    expect(machine.disk.configuration.active).toBe(active);
    expect(machine.disk.configuration.persisted?.text).not.toContain('somaxconn');
  });

  test('reboots for what it cannot change while it runs', async () => {
    const machine = cluster.machine(WORKER);
    const { bootId } = machine;
    const patch = '{"machine":{"features":{"diskQuotaSupport":false}}}';
    const applied = await cluster.talosctl(['patch', 'machineconfig', '-p', patch], { nodes: [WORKER] });
    expect(applied.stderr).toContain('Applied configuration with a reboot');
    await machine.waitFor((one) => one.bootId !== bootId && one.ready, {
      what: 'the machine to be back',
      timeoutMs: 45_000,
    });
    expect(machine.disk.configuration.active?.text).toContain('diskQuotaSupport: false');
  });
});

describe('maintenance mode', () => {
  beforeAll(() => makeAnew(WORKER, 'v1.12.2'));

  test.each(clients)(
    'shows every client the machine and none of its secrets (talosctl %s)',
    async (client) => {
      const get = (what: string) => cluster.insecure(['get', what], WORKER, client);
      expect((await get('systeminformation')).stdout).toContain('bbbbbbbb-0000-0000-0000-000000000201');
      expect((await get('links')).stdout).toContain(usualHardware(WORKER).nics[0]?.mac);
      expect((await get('version')).stdout).toContain('v1.12.2');
      expect((await get('machinestatus')).stdout).toContain('maintenance');
      expect(await get('machineconfig')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('not authorized'),
      });
    },
  );

  test('has hardly any other call up to Talos 1.12', async () => {
    for (const args of [['version'], ['reset', '--wait=false']]) {
      const { exitCode, stderr } = await cluster.insecure(args, WORKER, '1.13');
      expect({ args, exitCode }).toEqual({ args, exitCode: 1 });
      expect(stderr).toContain('API is not implemented in maintenance mode');
    }
  });

  test('is nothing that others of the cluster trust', async () => {
    const { exitCode, stderr } = await cluster.talosctl(['version'], { nodes: [WORKER] });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('certificate signed by unknown authority');
  });

  test('refuses what is no configuration, and goes on waiting', async () => {
    const file = cluster.config('no-configuration', ['os:reader']);
    const { exitCode, stderr } = await cluster.insecure(['apply-config', '-f', file], WORKER);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('failed to parse config'),
    });
    expect(cluster.machine(WORKER).stage).toBe('maintenance');
  });

  test('ends with the right configuration', async () => {
    const file = cluster.configuration(WORKER);
    expect(await cluster.insecure(['apply-config', '-f', file], WORKER)).toMatchObject({ exitCode: 0 });
    const machine = cluster.machine(WORKER);
    await machine.waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 45_000 });
    const { stdout } = await cluster.talosctl(['version'], { nodes: [WORKER] });
    expect(stdout).toMatch(/Tag: +v1\.12\.2/);
  });

  test('of Talos 1.13 is the usual API, for readers', async () => {
    const machine = await makeAnew(WORKER, 'v1.13.9');
    for (const client of clients) {
      const { exitCode, stdout } = await cluster.insecure(['version'], WORKER, client);
      expect({ client, exitCode }).toEqual({ client, exitCode: 0 });
      expect(stdout).toMatch(/Tag: +v1\.13\.9/);
    }
    const reset = await cluster.insecure(['reset', '--wait=false'], WORKER, '1.13');
    expect(reset).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not authorized') });
    const file = cluster.configuration(WORKER);
    const applied = await cluster.insecure(['apply-config', '-f', file], WORKER, '1.13');
    expect(applied.stderr).toContain('Applied configuration without a reboot');
    await machine.waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 45_000 });
  });

  test('ends with another cluster’s configuration too, and the machine joins nothing', async () => {
    const machine = await makeAnew(WORKER, 'v1.12.2');
    const { talos, kubernetes } = createClusterCertificates({
      machines: [],
      vip: { address: '10.20.67.100', loopback: '127.63.67.100' },
      apiServer: '127.63.0.1',
    });
    const others = createClusterSecrets({ talos: talos.authority, kubernetes: kubernetes.authority });
    const file = cluster.configuration(WORKER, others);
    expect(await cluster.insecure(['apply-config', '-f', file], WORKER)).toMatchObject({ exitCode: 0 });
    const turnedAway = (): boolean => machine.services.get('kubelet')?.state === 'Failed';
    await machine.waitFor(turnedAway, { what: 'the kubelet to be turned away', timeoutMs: 45_000 });
    expect(machine.stage).toBe('booting');
    expect(await cluster.talosctl(['version'], { nodes: [WORKER] })).toMatchObject({ exitCode: 1 });
  });
});

describe('ways to end a machine', () => {
  test('reset gives up what was wiped and waits for a configuration', async () => {
    await cluster.machine('k8s-ctrl-3').waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 45_000 });
    const machine = cluster.machine('k8s-ctrl-3');
    const labels = ['STATE', 'EPHEMERAL'].flatMap((label) => ['--system-labels-to-wipe', label]);
    const { exitCode, stderr } = await cluster.talosctl(['reset', ...labels, '--reboot', '--wait=false'], {
      nodes: ['k8s-ctrl-3'],
      client: '1.13',
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    await reaches(machine, 'maintenance');
    const { stdout } = await cluster.talosctl(['etcd', 'members']);
    expect(stdout).not.toContain('k8s-ctrl-3');
  });

  test('shutdown is over when the power is gone', async () => {
    const { exitCode } = await cluster.talosctl(['shutdown', '--force'], { nodes: ['k8s-ctrl-2'] });
    expect(exitCode).toBe(0);
    const machine = cluster.machine('k8s-ctrl-2');
    await machine.waitFor(({ power }) => power === 'off', { what: 'the power to go', timeoutMs: 45_000 });
  });
});
