import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterCertificates, expiredYesterday, talosconfig } from '../../../lab/certificates.js';
import { CONTROL_SCHEMATIC, installer } from '../machines/fake-images.js';
import { leaderOf, startSimulatedCluster, type SimulatedCluster } from './simulated-cluster.js';

let cluster: SimulatedCluster;
let reader: string;

// Processes are started here, on a machine that may be busy.

beforeAll(async () => {
  cluster = await startSimulatedCluster();
  reader = cluster.config('reader', ['os:reader', 'os:etcd:backup']);
  await leaderOf(cluster);
});

afterAll(async () => {
  await cluster.stop();
});

/** The documents `talosctl get -o json` prints one after another. */
function resourcesIn(stdout: string): unknown[] {
  return stdout
    .trim()
    .split(/\n(?=\{)/)
    .map((document) => JSON.parse(document) as unknown);
}

describe('what a reader sees', () => {
  test('version names the Talos version of each node, merged from all of them', async () => {
    const nodes = ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-work-1'];
    const { exitCode, stdout, stderr } = await cluster.talosctl(['version'], { nodes, talosconfig: reader });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.match(/NODE: +\S+/g)).toEqual(
      ['10.20.67.1', '10.20.67.2', '10.20.67.4'].map((node) => `NODE:        ${node}`),
    );
    expect(stdout.match(/Tag: +v1\.12\.1/g)).toHaveLength(4);
  });

  const resources: { get: string; first: unknown }[] = [
    { get: 'machinestatus', first: { stage: 'running', status: { ready: true, unmetConditions: [] } } },
    { get: 'version', first: { version: 'v1.12.1' } },
    { get: 'nodename', first: { nodename: 'k8s-ctrl-2', hostnameVersion: '2', skipNodeRegistration: false } },
    {
      get: 'members',
      first: expect.objectContaining({
        hostname: 'k8s-ctrl-1',
        machineType: 'controlplane',
        operatingSystem: 'Talos (v1.12.1)',
      }),
    },
    {
      get: 'extensions',
      first: expect.objectContaining({ metadata: expect.objectContaining({ name: 'qemu-guest-agent' }) }),
    },
    { get: 'services', first: { running: true, healthy: true, unknown: false } },
    { get: 'etcdmembers', first: { memberID: expect.stringMatching(/^[0-9a-f]{16}$/) } },
  ];

  test.each(resources)('get $get answers in JSON, through another control plane', async ({ get, first }) => {
    const where = { endpoint: 'k8s-ctrl-1', nodes: ['k8s-ctrl-2'], talosconfig: reader };
    const { exitCode, stdout, stderr } = await cluster.talosctl(['get', get, '-o', 'json'], where);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(resourcesIn(stdout)[0]).toMatchObject({ node: '10.20.67.2', spec: first });
  });

  test('get extensions ends with the schematic as one more extension', async () => {
    const { stdout } = await cluster.talosctl(['get', 'extensions', '-o', 'json'], { talosconfig: reader });
    const last = resourcesIn(stdout).at(-1);
    expect(last).toMatchObject({ spec: { metadata: { name: 'schematic', version: CONTROL_SCHEMATIC } } });
  });

  test('get prints a table with the columns of the kind', async () => {
    const { stdout } = await cluster.talosctl(['get', 'ms'], { talosconfig: reader });
    expect(
      stdout
        .split('\n')
        .slice(0, 2)
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['NODE', 'NAMESPACE', 'TYPE', 'ID', 'VERSION', 'STAGE', 'READY'],
      ['10.20.67.1', 'runtime', 'MachineStatus', 'machine', expect.any(String), 'running', 'true'],
    ]);
  });

  test('get of a kind the lab has not is refused', async () => {
    const { exitCode, stderr } = await cluster.talosctl(['get', 'disks'], { talosconfig: reader });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('resource "disks" is not registered');
  });

  test('service shows etcd on a control plane and not on a worker', async () => {
    const onControlPlane = await cluster.talosctl(['service'], { talosconfig: reader });
    const onWorker = await cluster.talosctl(['service'], { nodes: ['k8s-work-1'], talosconfig: reader });
    expect(onControlPlane.stdout).toMatch(/etcd +Running +OK/);
    expect(onWorker.stdout).toMatch(/kubelet +Running +OK/);
    expect(onWorker.stdout).not.toContain('etcd');
  });

  test('dmesg shows the boot', async () => {
    const { stdout } = await cluster.talosctl(['dmesg'], { talosconfig: reader });
    expect(stdout).toContain('[talos] boot sequence: done');
  });

  test('etcd members, status and alarms come from the real etcd', async () => {
    const members = await cluster.talosctl(['etcd', 'members'], { talosconfig: reader });
    const controlPlanes = ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3'];
    const state = await cluster.talosctl(['etcd', 'status'], { nodes: controlPlanes, talosconfig: reader });
    const alarms = await cluster.talosctl(['etcd', 'alarm', 'list'], {
      nodes: controlPlanes,
      talosconfig: reader,
    });
    for (const name of controlPlanes) expect(members.stdout).toContain(name);
    expect(members.stdout).toContain('https://10.20.67.3:2379');
    expect(state.stdout.trim().split('\n')).toHaveLength(4);
    expect(alarms.stdout.trim()).toBe('');
    expect([members.exitCode, state.exitCode, alarms.exitCode]).toEqual([0, 0, 0]);
  });

  test('etcd snapshot saves the member’s real backend, with its checksum', async () => {
    const file = path.join(cluster.directory, 'db.snapshot');
    const { exitCode, stderr, stdout } = await cluster.talosctl(['etcd', 'snapshot', file], {
      talosconfig: reader,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/snapshot info: hash [0-9a-f]+, revision \d+/);
    expect(statSync(file).size % 512).toBe(32);
  });
});

describe('who may do what', () => {
  const forbidden: string[][] = [
    ['upgrade', '--image', installer(CONTROL_SCHEMATIC, 'v1.12.6'), '--wait=false'],
    ['reboot', '--wait=false'],
    ['read', '/proc/sys/kernel/random/boot_id'],
    ['etcd', 'forfeit-leadership'],
    ['image', 'pull', installer(CONTROL_SCHEMATIC, 'v1.12.6'), '--namespace', 'system'],
  ];

  test.each(forbidden.map((args) => ({ command: args.slice(0, 2).join(' '), args })))(
    'a reader may not $command',
    async ({ args }) => {
      const { exitCode, stderr } = await cluster.talosctl(args, { talosconfig: reader });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('rpc error: code = PermissionDenied desc = not authorized');
      expect(cluster.requests.at(-1)).toMatchObject({
        roles: ['os:reader', 'os:etcd:backup'],
        code: 7,
        error: 'not authorized',
      });
    },
  );

  test('a snapshot needs the backup role', async () => {
    const only = cluster.config('only-reader', ['os:reader']);
    const { stderr } = await cluster.talosctl(['etcd', 'snapshot', path.join(cluster.directory, 'none')], {
      talosconfig: only,
    });
    expect(stderr).toContain('not authorized');
  });

  test('an expired certificate is refused as Talos refuses it', async () => {
    const expired = cluster.config('expired', ['os:admin'], expiredYesterday());
    const { exitCode, stderr } = await cluster.talosctl(['version'], { talosconfig: expired });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('code = Unavailable');
    expect(stderr).toContain('remote error: tls: expired certificate');
  });

  test('a certificate of another authority is refused', async () => {
    const stranger = strangerCertificates();
    const file = path.join(cluster.directory, 'unmanaged');
    const ca = cluster.certificates.talos.authority.certificate;
    writeFileSync(
      file,
      talosconfig('prox-ops', { ca, client: stranger.talos.client(['os:admin']), endpoints: [] }),
    );
    const { stderr } = await cluster.talosctl(['version'], { talosconfig: file });
    expect(stderr).toContain('remote error: tls: unknown certificate authority');
  });

  test('a client that trusts another authority does not take the machine’s certificate', async () => {
    const stranger = strangerCertificates();
    const file = path.join(cluster.directory, 'distrusting');
    const client = cluster.certificates.talos.client(['os:admin']);
    writeFileSync(
      file,
      talosconfig('prox-ops', { ca: stranger.talos.authority.certificate, client, endpoints: [] }),
    );
    const { stderr } = await cluster.talosctl(['version'], { talosconfig: file });
    expect(stderr).toContain('x509: certificate signed by unknown authority');
  });
});

describe('what only control planes have', () => {
  const commands = [
    { args: ['etcd', 'members'], says: 'member list is only available on control plane nodes' },
    { args: ['etcd', 'status'], says: 'etcd status is only available on control plane nodes' },
    { args: ['etcd', 'alarm', 'list'], says: 'etcd alarm list is only available on control plane nodes' },
    {
      args: ['etcd', 'forfeit-leadership'],
      says: 'etcd forfeit leadership is only available on control plane nodes',
    },
    {
      args: ['etcd', 'snapshot', '/dev/null'],
      says: 'etcd snapshot is only available on control plane nodes',
    },
  ];

  test.each(commands)('a worker says: $says', async ({ args, says }) => {
    const { exitCode, stderr } = await cluster.talosctl(args, { nodes: ['k8s-work-1'] });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`code = Unimplemented desc = ${says}`);
  });

  test('a worker forwards nothing', async () => {
    const { stderr } = await cluster.talosctl(['version'], { endpoint: 'k8s-work-1', nodes: ['k8s-ctrl-1'] });
    expect(stderr).toContain('code = PermissionDenied desc = no request forwarding');
  });
});

describe('what is not simulated', () => {
  test.each([
    { args: ['mounts'], method: 'machine.MachineService/Mounts' },
    { args: ['memory'], method: 'machine.MachineService/Memory' },
    { args: ['logs', 'kubelet'], method: 'machine.MachineService/Logs' },
    { args: ['health'], method: 'cluster.ClusterService/HealthCheck' },
    {
      args: ['upgrade', '--stage', '--wait=false', '--image', installer(CONTROL_SCHEMATIC, 'v1.12.6')],
      method: 'staged upgrades',
    },
  ])('talosctl $args.0 is refused loudly', async ({ args, method }) => {
    const { exitCode, stderr } = await cluster.talosctl(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`code = Unimplemented desc = the lab does not simulate ${method}`);
  });
});

/** Of another cluster, which no machine here trusts. */
function strangerCertificates(): ReturnType<typeof createClusterCertificates> {
  return createClusterCertificates({
    machines: [],
    vip: { address: '10.0.0.1', loopback: '127.0.0.1' },
    apiServer: '127.0.0.1',
  });
}
