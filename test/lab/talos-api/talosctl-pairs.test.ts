import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTROL_SCHEMATIC, installer } from '../machines/fake-images.js';
import {
  leaderOf,
  startSimulatedCluster,
  type Client,
  type SimulatedCluster,
  type TalosctlResult,
} from './simulated-cluster.js';

/** One control plane of each minor; each is upgraded to the version it runs, so that the pairs stay what they are. */
const NODES = {
  '1.11': { name: 'k8s-ctrl-1', version: 'v1.11.5' },
  '1.12': { name: 'k8s-ctrl-2', version: 'v1.12.1' },
  '1.13': { name: 'k8s-ctrl-3', version: 'v1.13.1' },
} as const;

type Minor = keyof typeof NODES;

const LEGACY = ['machine.MachineService/Upgrade'];
const LIFECYCLE = [
  'machine.ImageService/Pull',
  'machine.LifecycleService/Upgrade',
  'machine.MachineService/Reboot',
];

let cluster: SimulatedCluster;

// The real talosctl waits for real reboots here, on a machine that may be busy.

beforeAll(async () => {
  const versions = Object.values(NODES).map(({ name, version }) => [name, version]);
  cluster = await startSimulatedCluster(Object.fromEntries(versions) as Record<string, string>);
  await leaderOf(cluster);
});

afterEach(async () => {
  cluster.faults.disarm();
  await Promise.all(
    cluster.machines.map((machine) =>
      machine.waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 20_000 }),
    ),
  );
  await leaderOf(cluster);
});

afterAll(async () => {
  await cluster.stop();
});

function run(client: Client, node: Minor, args: readonly string[]): Promise<TalosctlResult> {
  const endpoint = node === '1.12' ? 'k8s-ctrl-3' : 'k8s-ctrl-2';
  return cluster.talosctl(args, { client, endpoint, nodes: [NODES[node].name] });
}

function imageOf(node: Minor): string {
  return installer(CONTROL_SCHEMATIC, NODES[node].version);
}

/** talosctl 1.13 ignores a lone `--wait=false`: its drain waits. */
function upgradeOf(client: Client, node: Minor, ...more: string[]): string[] {
  const drain = client === '1.13' ? ['--drain=false', '--progress', 'plain'] : [];
  return ['upgrade', '--image', imageOf(node), '--wait=false', ...drain, ...more];
}

/** The calls in a list that changed or drained the node, in their order. */
function changesSince(before: number, node: Minor): string[] {
  return cluster.requests
    .slice(before)
    .filter((line) => line.node === NODES[node].name)
    .map(({ method }) => method)
    .filter((method) => !/\/(Version|Get|List)$/.test(method));
}

describe('each talosctl and each Talos', () => {
  const pairs: { client: Client; node: Minor; upgrade: string[]; pull: string[] }[] = [
    ...(['1.11', '1.12'] as const).flatMap((client) =>
      (['1.11', '1.12', '1.13'] as const).map((node) => ({
        client,
        node,
        upgrade: LEGACY,
        pull: ['machine.MachineService/ImagePull'],
      })),
    ),
    ...(['1.11', '1.12'] as const).map((node) => ({
      client: '1.13' as const,
      node,
      upgrade: LEGACY,
      pull: ['machine.ImageService/Pull', 'machine.MachineService/ImagePull'],
    })),
    { client: '1.13', node: '1.13', upgrade: LIFECYCLE, pull: ['machine.ImageService/Pull'] },
  ];

  test.each(pairs)('talosctl $client pulls on $node with $pull', async ({ client, node, pull }) => {
    const before = cluster.requests.length;
    const { exitCode } = await run(client, node, ['image', 'pull', imageOf(node), '--namespace', 'system']);
    expect(exitCode).toBe(0);
    expect(changesSince(before, node)).toEqual(pull);
    expect(cluster.machine(NODES[node].name).pulledImages.has('system', imageOf(node))).toBe(true);
  });

  test.each(pairs)('talosctl $client upgrades $node with $upgrade', async ({ client, node, upgrade }) => {
    const machine = cluster.machine(NODES[node].name);
    const { bootId, installs } = machine;
    const before = cluster.requests.length;
    const { exitCode, stdout, stderr } = await run(client, node, upgradeOf(client, node));
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const fallsBack = client === '1.13' && node !== '1.13';
    expect(`${stdout}${stderr}`.includes('New upgrade API is not available, falling back to legacy')).toBe(
      fallsBack,
    );
    expect(changesSince(before, node)).toEqual(upgrade);
    await machine.waitFor((now) => now.bootId !== bootId && now.stage === 'running', {
      what: 'a new boot',
      timeoutMs: 20_000,
    });
    expect(machine).toMatchObject({ version: NODES[node].version, installs: installs + 1, armed: false });
  });

  test('an older machine does not know the services of 1.13', async () => {
    await run('1.13', '1.12', ['image', 'pull', imageOf('1.12'), '--namespace', 'system']);
    const asked = cluster.requests.findLast(({ method }) => method === 'machine.ImageService/Pull');
    expect(asked).toMatchObject({ code: 12, error: 'unknown service machine.ImageService' });
  });

  test('talosctl 1.13 --legacy on 1.13 uses the legacy flow', async () => {
    const before = cluster.requests.length;
    const { bootId } = cluster.machine('k8s-ctrl-3');
    const { exitCode } = await run('1.13', '1.13', upgradeOf('1.13', '1.13', '--legacy'));
    expect(exitCode).toBe(0);
    expect(changesSince(before, '1.13')).toEqual(LEGACY);
    await cluster.machine('k8s-ctrl-3').waitFor((now) => now.bootId !== bootId, {
      what: 'a new boot',
      timeoutMs: 20_000,
    });
  });

  test('a legacy upgrade with --reboot-mode powercycle goes through the firmware', async () => {
    const { bootId } = cluster.machine('k8s-ctrl-2');
    await run('1.12', '1.12', upgradeOf('1.12', '1.12', '--reboot-mode', 'powercycle'));
    await cluster.machine('k8s-ctrl-2').waitFor((now) => now.bootId !== bootId, {
      what: 'a new boot',
      timeoutMs: 20_000,
    });
    const boot = cluster.events.findLast(
      ({ machine, event }) => machine === 'k8s-ctrl-2' && event === 'booting',
    );
    expect(boot?.via).toBe('firmware');
  });
});

describe('etcd checks of a request on 1.13', () => {
  const faults = [
    { name: 'etcd-extra-learner', says: /etcd member [0-9a-f]{16} is not started/ },
    { name: 'etcd-no-leader', node: 'k8s-ctrl-2', says: /is not healthy.*etcdserver: no leader/ },
    { name: 'etcd-slow', node: 'k8s-ctrl-2', says: /code = DeadlineExceeded .* is not healthy/ },
  ];

  test.each(faults)('$name: the legacy upgrade is refused', async ({ says, ...fault }) => {
    cluster.faults.arm(fault);
    const { exitCode, stderr } = await run('1.12', '1.13', upgradeOf('1.12', '1.13'));
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(says) });
    expect(cluster.machine('k8s-ctrl-3')).toMatchObject({ stage: 'running', armed: false });
  });

  test.each(faults)(
    '$name: install and reboot of the lifecycle flow check nothing',
    async ({ name, node }) => {
      const machine = cluster.machine('k8s-ctrl-3');
      const { bootId } = machine;
      cluster.faults.arm({ name, ...(node === undefined ? {} : { node }) });
      const install = await run('1.13', '1.13', upgradeOf('1.13', '1.13', '--no-reboot'));
      expect(install).toMatchObject({ exitCode: 0 });
      expect(machine.armed).toBe(true);
      const reboot = await run('1.13', '1.13', ['reboot', '--wait=false', '--drain=false']);
      expect(reboot).toMatchObject({ exitCode: 0 });
      await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    },
  );
});

describe('faults that talosctl shows', () => {
  const where = { endpoint: 'k8s-ctrl-1', nodes: ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3'] };

  test('etcd-behind: one member has applied thousands of entries less', async () => {
    cluster.faults.arm({ name: 'etcd-behind', node: 'k8s-ctrl-2' });
    const { stdout } = await cluster.talosctl(['etcd', 'status'], where);
    const applied = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.trim().split(/ {2,}/)[7]));
    expect(applied).toHaveLength(3);
    expect(Math.max(...applied) - Math.min(...applied)).toBeGreaterThan(4_000);
  });

  test('etcd-no-leader: status shows it, and members of that node fail', async () => {
    cluster.faults.arm({ name: 'etcd-no-leader', node: 'k8s-ctrl-1' });
    const state = await cluster.talosctl(['etcd', 'status']);
    const members = await cluster.talosctl(['etcd', 'members']);
    expect(state.stdout).toMatch(/0000000000000000 .*etcdserver: no leader/);
    expect(members).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('etcdserver: no leader'),
    });
  });

  test('etcd-extra-learner: members shows one without a name', async () => {
    cluster.faults.arm({ name: 'etcd-extra-learner' });
    const { stdout } = await cluster.talosctl(['etcd', 'members']);
    expect(stdout.trim().split('\n')).toHaveLength(5);
    expect(stdout).toMatch(/true\s*$/m);
  });

  test.each([
    { name: 'client-certificate-expired', says: 'remote error: tls: expired certificate' },
    { name: 'client-certificate-rejected', says: 'remote error: tls: unknown certificate authority' },
  ])('$name: $says, until it is disarmed', async ({ name, says }) => {
    cluster.faults.arm({ name, node: 'k8s-ctrl-1' });
    const refused = await cluster.talosctl(['version']);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(says) });
    cluster.faults.disarm();
    expect(await cluster.talosctl(['version'])).toMatchObject({ exitCode: 0 });
  });

  test('node-renamed: the machine says another node name', async () => {
    cluster.faults.arm({ name: 'node-renamed', node: 'k8s-ctrl-1' });
    const { stdout } = await cluster.talosctl(['get', 'nodename', '-o', 'json']);
    expect(stdout).toContain('"nodename": "k8s-ctrl-1-renamed"');
  });
});
