import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../../until.js';
import { CONTROL_SCHEMATIC, WORKER_SCHEMATIC, installer } from '../machines/fake-images.js';
import {
  leaderOf,
  startSimulatedCluster,
  type SimulatedCluster,
  type TalosctlResult,
} from './simulated-cluster.js';

const TARGET = installer(CONTROL_SCHEMATIC, 'v1.12.6');
const BOOT_ID = ['read', '/proc/sys/kernel/random/boot_id'];

let cluster: SimulatedCluster;

// The real talosctl waits for real reboots here, on a machine that may be busy.

beforeAll(async () => {
  cluster = await startSimulatedCluster();
  await leaderOf(cluster);
});

afterAll(async () => {
  await cluster.stop();
});

/** Waits until a machine is ready, and etcd whole, again. */
async function settled(name: string): Promise<void> {
  const is = { what: 'ready', timeoutMs: 15_000 };
  await cluster.machine(name).waitFor(({ ready }) => ready, is);
  await leaderOf(cluster);
}

/** The output of `etcd status` once the member has noticed that it has no leader any more: after two election times, five seconds. */
async function statusWithoutLeader(): Promise<TalosctlResult> {
  return until('etcd has noticed that it has no leader', async () => {
    const state = await cluster.talosctl(['etcd', 'status']);
    return state.stdout.includes('no leader') && state;
  });
}

function eventsOf(name: string): string[] {
  return cluster.events.filter(({ machine }) => machine === name).map(({ event }) => event);
}

describe('an upgrade of a control plane, dialled through another one', () => {
  const where = { endpoint: 'k8s-ctrl-1', nodes: ['k8s-ctrl-2'] };

  test('image pull puts the image on the machine, and refuses one that does not exist', async () => {
    const good = await cluster.talosctl(['image', 'pull', TARGET, '--namespace', 'system'], where);
    const bad = await cluster.talosctl(['image', 'pull', `${TARGET}00`, '--namespace', 'system'], where);
    expect(good.exitCode).toBe(0);
    expect(cluster.machine('k8s-ctrl-2').pulledImages.has('system', TARGET)).toBe(true);
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain('code = NotFound desc = error pulling image');
  });

  test('upgrade --wait runs through to the post check, and the machine is on the new version', async () => {
    const before = await cluster.talosctl(BOOT_ID, where);
    const { exitCode, stderr } = await cluster.talosctl(
      ['upgrade', '--image', TARGET, '--timeout', '25s'],
      where,
    );
    const after = await cluster.talosctl(BOOT_ID, where);
    expect(stderr).toContain('"10.20.67.2": task: cordonAndDrainNode action: START');
    expect(stderr.trim().split('\n').at(-1)).toBe('"10.20.67.2": post check passed');
    expect(exitCode).toBe(0);
    expect(after.stdout).not.toBe(before.stdout);
    expect(cluster.machine('k8s-ctrl-2')).toMatchObject({ version: 'v1.12.6', booted: 'B', installs: 1 });
  });

  test('the new version shows everywhere', async () => {
    await settled('k8s-ctrl-2');
    const version = await cluster.talosctl(['get', 'version', '-o', 'json'], where);
    const members = await cluster.talosctl(['get', 'members'], { endpoint: 'k8s-ctrl-3' });
    expect(version.stdout).toContain('"version": "v1.12.6"');
    expect(members.stdout).toMatch(/k8s-ctrl-2 +controlplane +Talos \(v1\.12\.6\)/);
    expect(eventsOf('k8s-ctrl-2').slice(-9)).toEqual([
      'install-finished',
      'rebooting',
      'down',
      'booting',
      expect.any(String),
      expect.any(String),
      expect.any(String),
      'running',
      'ready',
    ]);
  });

  test('the request is in the log with the machine that was dialled and the one it was for', () => {
    const upgrades = cluster.requests.filter(({ method }) => method === 'machine.MachineService/Upgrade');
    expect(upgrades).toEqual([
      expect.objectContaining({
        endpoint: 'k8s-ctrl-1',
        node: 'k8s-ctrl-2',
        code: 0,
        roles: ['os:admin'],
        args: { image: TARGET },
      }),
    ]);
  });

  test('reboot --wait runs through to the post check on the same version', async () => {
    const { exitCode, stderr } = await cluster.talosctl(['reboot', '--timeout', '25s'], where);
    expect(stderr).toContain('post check passed');
    expect(exitCode).toBe(0);
    expect(cluster.machine('k8s-ctrl-2')).toMatchObject({ version: 'v1.12.6', installs: 1 });
    await settled('k8s-ctrl-2');
  });
});

describe('while a machine is down', () => {
  test('upgrade --wait=false answers at once; then its requests are Unavailable, of its own and through others', async () => {
    const worker = cluster.machine('k8s-work-1');
    const image = installer(WORKER_SCHEMATIC, 'v1.12.6');
    const where = { endpoint: 'k8s-ctrl-1', nodes: ['k8s-work-1'] };
    // Off until it is switched on: nothing here depends on how fast talosctl is.
    cluster.faults.arm({ name: 'never-returns', node: 'k8s-work-1' });
    const { exitCode, stdout } = await cluster.talosctl(['upgrade', '--image', image, '--wait=false'], where);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringContaining('Upgrade request received'),
    });
    const lost = () => eventsOf('k8s-work-1').at(-1) === 'lost';
    await worker.waitFor(lost, { what: 'its end', timeoutMs: 10_000 });
    const itself = await cluster.talosctl(['version'], { endpoint: 'k8s-work-1' });
    const through = await cluster.talosctl(['get', 'machinestatus'], where);
    const some = await cluster.talosctl(['version', '--short'], { nodes: ['k8s-ctrl-1', 'k8s-work-1'] });
    expect(itself.stderr).toContain('code = Unavailable');
    expect(through.stderr).toContain('code = Unavailable');
    expect(some).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('WARNING: 1 error occurred') });
    await worker.powerOn();
    await settled('k8s-work-1');
    expect(worker.version).toBe('v1.12.6');
  });
});

describe('etcd', () => {
  test('forfeit-leadership moves the leadership of the real etcd', async () => {
    const before = await leaderOf(cluster);
    const { exitCode } = await cluster.talosctl(['etcd', 'forfeit-leadership'], { nodes: [before] });
    expect(exitCode).toBe(0);
    expect(await leaderOf(cluster)).not.toBe(before);
  });

  test('an upgrade is refused while a member is down, and the machine stays as it was', async () => {
    await cluster.etcd('k8s-ctrl-3').stop();
    const { exitCode, stderr } = await cluster.talosctl(['upgrade', '--image', TARGET, '--wait=false']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /code = DeadlineExceeded desc = error validating etcd for upgrade: etcd member [0-9a-f]{16} is not healthy/,
    );
    expect(cluster.machine('k8s-ctrl-1')).toMatchObject({ stage: 'running', installs: 0 });
  });

  test('status of the member that is down says that it cannot be reached', async () => {
    const { exitCode, stderr } = await cluster.talosctl(['etcd', 'status'], { nodes: ['k8s-ctrl-3'] });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'code = Unavailable desc = failed to query etcd status: rpc error: code = Unavailable',
    );
  });

  test('without quorum members fails, status shows no leader, and a snapshot is still served', async () => {
    await cluster.etcd('k8s-ctrl-2').kill();
    const state = await statusWithoutLeader();
    const members = await cluster.talosctl(['etcd', 'members']);
    const snapshot = await cluster.talosctl(['etcd', 'snapshot', path.join(cluster.directory, 'lonely')]);
    await Promise.all([cluster.etcd('k8s-ctrl-2').start(), cluster.etcd('k8s-ctrl-3').start()]);
    await leaderOf(cluster);
    expect(members).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/etcdserver: (no leader|request timed out)/),
    });
    expect(state.stdout).toContain('etcdserver: no leader');
    expect(snapshot.exitCode).toBe(0);
  });
});

describe('faults that show in talosctl', () => {
  test('upgrade-answer-lost: the client sees a broken connection, the machine goes on', async () => {
    cluster.faults.arm({ name: 'upgrade-answer-lost', node: 'k8s-ctrl-3' });
    const where = { endpoint: 'k8s-ctrl-1', nodes: ['k8s-ctrl-3'] };
    const { exitCode, stderr } = await cluster.talosctl(
      ['upgrade', '--image', TARGET, '--wait=false'],
      where,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain('code = Unavailable');
    await cluster
      .machine('k8s-ctrl-3')
      .waitFor(({ version }) => version === 'v1.12.6', { what: 'v1.12.6', timeoutMs: 10_000 });
    await settled('k8s-ctrl-3');
    expect(cluster.machine('k8s-ctrl-3').installs).toBe(1);
  });

  test('install-fails: --wait ends with the sequence error, the machine is back on its old version', async () => {
    cluster.faults.arm({ name: 'install-fails', node: 'k8s-ctrl-1' });
    const where = { endpoint: 'k8s-ctrl-2', nodes: ['k8s-ctrl-1'] };
    const { exitCode, stderr } = await cluster.talosctl(
      ['upgrade', '--image', TARGET, '--timeout', '20s'],
      where,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'sequence error: sequence failed: error running phase 9 in upgrade sequence: task 1/1: failed,',
    );
    await settled('k8s-ctrl-1');
    expect(cluster.machine('k8s-ctrl-1')).toMatchObject({ version: 'v1.12.1', booted: 'A', installs: 0 });
  });

  test('boots-old-slot: --wait passes its post check though the old version runs', async () => {
    cluster.faults.arm({ name: 'boots-old-slot', node: 'k8s-ctrl-1' });
    const where = { endpoint: 'k8s-ctrl-2', nodes: ['k8s-ctrl-1'] };
    const { exitCode, stderr } = await cluster.talosctl(
      ['upgrade', '--image', TARGET, '--timeout', '25s'],
      where,
    );
    expect({ exitCode, end: stderr.trim().split('\n').at(-1) }).toEqual({
      exitCode: 0,
      end: '"10.20.67.1": post check passed',
    });
    expect(cluster.machine('k8s-ctrl-1')).toMatchObject({ version: 'v1.12.1', booted: 'A', installs: 1 });
    await settled('k8s-ctrl-1');
  });

  test('etcd-alarm and etcd-learner show for as long as they are armed', async () => {
    cluster.faults.arm({ name: 'etcd-alarm', node: 'k8s-ctrl-2' });
    cluster.faults.arm({ name: 'etcd-learner', node: 'k8s-ctrl-3' });
    const alarms = await cluster.talosctl(['etcd', 'alarm', 'list']);
    const members = await cluster.talosctl(['etcd', 'members']);
    cluster.faults.disarm();
    expect(alarms.stdout).toContain('NOSPACE');
    expect(members.stdout).toMatch(/k8s-ctrl-3 .* true/);
    expect((await cluster.talosctl(['etcd', 'alarm', 'list'])).stdout).not.toContain('NOSPACE');
  });

  test('etcd-snapshot-cut: talosctl keeps no snapshot', async () => {
    cluster.faults.arm({ name: 'etcd-snapshot-cut', node: 'k8s-ctrl-1' });
    const { exitCode, stderr } = await cluster.talosctl([
      'etcd',
      'snapshot',
      path.join(cluster.directory, 'cut'),
    ]);
    expect(exitCode).toBe(1);
    expect(stderr).not.toBe('');
  });
});
