import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Machine, Slot } from '../../../lab/machines/machine.js';
import type { RequestLogLine } from '../../../lab/talos-api/request-log.js';
import { WORKER_SCHEMATIC, installer } from '../machines/fake-images.js';
import {
  leaderOf,
  startSimulatedCluster,
  type SimulatedCluster,
  type TalosctlResult,
} from './simulated-cluster.js';

const IMAGE = installer(WORKER_SCHEMATIC, 'v1.13.9');
const NODE = 'k8s-work-1';
const INSTALL = [
  'upgrade',
  '--image',
  IMAGE,
  '--namespace',
  'system',
  '--progress',
  'plain',
  '--no-reboot',
  '--drain=false',
  '--legacy=false',
];

let cluster: SimulatedCluster;
/** What the worker runs at first. */
let original: Slot;

// The real talosctl waits for real reboots here, on a machine that may be busy.

beforeAll(async () => {
  const all = ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3', NODE];
  cluster = await startSimulatedCluster(Object.fromEntries(all.map((name) => [name, 'v1.13.1'])));
  await leaderOf(cluster);
  original = worker().bootSlots.running;
});

afterAll(async () => {
  await cluster.stop();
});

/** Every test begins with the worker ready on v1.13.1, not armed, and no fault. */
afterEach(async () => {
  cluster.faults.disarm();
  const machine = worker();
  machine.pulledImages.remove('system', IMAGE);
  if (machine.power === 'on' && machine.stage !== 'running') await settled();
  if (machine.version !== 'v1.13.1' || machine.armed) {
    await machine.powerOff();
    machine.bootSlots.install(original);
    await machine.powerOn();
  }
  await settled();
});

function worker(): Machine {
  return cluster.machine(NODE);
}

async function settled(): Promise<void> {
  await worker().waitFor(({ ready, power }) => ready && power === 'on', { what: 'ready', timeoutMs: 45_000 });
}

function talosctl(args: readonly string[]): Promise<TalosctlResult> {
  return cluster.talosctl(args, { endpoint: 'k8s-ctrl-1', nodes: [NODE], client: '1.13' });
}

/** The worker's requests while a function ran. */
async function requestsOf(act: () => Promise<unknown>): Promise<RequestLogLine[]> {
  const before = cluster.requests.length;
  await act();
  return cluster.requests.slice(before).filter(({ node }) => node.startsWith('10.') || node === NODE);
}

/** Waits until the worker runs with another boot id. */
async function booted(bootId: string): Promise<void> {
  await worker().waitFor((now) => now.bootId !== bootId && now.stage === 'running', {
    what: 'a new boot',
    timeoutMs: 20_000,
  });
}

describe('talosctl 1.13 and a machine that runs 1.13', () => {
  test('image pull goes to the image service', async () => {
    let result: TalosctlResult | undefined;
    const requests = await requestsOf(async () => {
      result = await talosctl(['image', 'pull', IMAGE, '--namespace', 'system']);
    });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(`${result?.stdout}${result?.stderr}`).toMatch(
      /10\.20\.67\.4: pulled image .*@sha256:[0-9a-f]{64}/,
    );
    expect(requests).toMatchObject([
      {
        method: 'machine.ImageService/Pull',
        args: { image_ref: IMAGE, 'containerd.driver': 'CRI', 'containerd.namespace': 'NS_SYSTEM' },
      },
    ]);
    expect(worker().pulledImages.has('system', IMAGE)).toBe(true);
  });

  test('image pull of an image that does not exist says so, and does not fall back', async () => {
    const { exitCode, stderr } = await talosctl(['image', 'pull', `${IMAGE}00`, '--namespace', 'system']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('code = NotFound desc = error pulling image');
  });

  test('install and reboot apart: pull, install, armed; then the reboot boots it', async () => {
    const { bootId } = worker();
    let install: TalosctlResult | undefined;
    const requests = await requestsOf(async () => {
      install = await talosctl(INSTALL);
    });
    expect(install?.exitCode).toBe(0);
    expect(requests.map(({ method }) => method)).toEqual([
      'machine.MachineService/Version',
      'machine.ImageService/Pull',
      'machine.LifecycleService/Upgrade',
    ]);
    expect(requests.at(-1)).toMatchObject({ code: 0, args: { 'source.image_name': IMAGE } });
    expect(worker()).toMatchObject({
      bootId,
      version: 'v1.13.1',
      ready: true,
      armed: true,
      defaultSlot: 'B',
    });
    const reboot = await talosctl(['reboot', '--wait=false', '--drain=false', '--mode', 'default']);
    expect(reboot.exitCode).toBe(0);
    await booted(bootId);
    expect(worker()).toMatchObject({ version: 'v1.13.9', booted: 'B', armed: false });
    expect(cluster.parts.calls).not.toContain(`${NODE} cordon`);
  });

  test.each([
    { mode: 'default', via: 'kexec' },
    { mode: 'powercycle', via: 'firmware' },
    { mode: 'force', via: 'firmware' },
  ])('reboot --mode $mode goes through $via', async ({ mode, via }) => {
    const { bootId } = worker();
    const { exitCode } = await talosctl(['reboot', '--wait=false', '--drain=false', '--mode', mode]);
    expect(exitCode).toBe(0);
    await booted(bootId);
    const own = cluster.events.filter(({ machine }) => machine === NODE);
    expect(own.findLast(({ event }) => event === 'reboot-accepted')?.detail).toBe(mode);
    expect(own.findLast(({ event }) => event === 'booting')?.via).toBe(via);
  });

  test('reboot --wait follows it to the end', async () => {
    const { exitCode, stderr, stdout } = await talosctl([
      'reboot',
      '--timeout',
      '30s',
      '--progress',
      'plain',
    ]);
    expect(`${stdout}${stderr}`).toContain('post check passed');
    expect(exitCode).toBe(0);
  });

  test('rollback answers at once and boots the slot before', async () => {
    await talosctl(INSTALL);
    const before = worker().bootId;
    await talosctl(['reboot', '--wait=false', '--drain=false']);
    await booted(before);
    await settled();
    const { bootId, version } = worker();
    expect(version).toBe('v1.13.9');
    expect(await talosctl(['rollback'])).toMatchObject({ exitCode: 0, stdout: '' });
    await booted(bootId);
    expect(worker()).toMatchObject({ version: 'v1.13.1', armed: false });
  });

  test('rollback says when there is nothing to roll back to', async () => {
    const { exitCode, stderr } = await cluster.talosctl(['rollback'], {
      endpoint: 'k8s-ctrl-1',
      nodes: ['k8s-ctrl-2'],
      client: '1.13',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('previous UKI not found');
  });
});

describe('faults as talosctl 1.13 shows them', () => {
  const cases = [
    {
      name: 'image-missing',
      says: 'error pulling upgrade image: error from node 10.20.67.4: rpc error: code = NotFound',
      armed: false,
    },
    { name: 'image-pull-fails', says: 'error pulling upgrade image', armed: false },
    {
      name: 'image-gone-at-install',
      says: 'code = Internal desc = upgrade failed: installer image',
      armed: false,
    },
    { name: 'install-fails', says: 'node 10.20.67.4: upgrade failed with exit code 1', armed: false },
    { name: 'upgrade-request-lost', says: 'code = Unavailable', armed: false },
    { name: 'install-stream-cut', says: 'code = Unavailable', armed: true },
    { name: 'install-answer-lost', says: 'code = Unavailable', armed: true },
    {
      name: 'another-install-runs',
      says: 'code = FailedPrecondition desc = another installation/upgrade is already in progress',
      armed: true,
    },
  ];

  test.each(cases)('$name: $says', async ({ name, says, armed }) => {
    const { bootId } = worker();
    cluster.faults.arm({ name, node: NODE });
    const { exitCode, stderr } = await talosctl(INSTALL);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(says) });
    if (armed) await worker().waitFor((now) => now.armed, { what: 'armed', timeoutMs: 5_000 });
    expect(worker()).toMatchObject({ bootId, version: 'v1.13.1', ready: true, armed });
    expect(cluster.faults.armed()).toEqual([]);
  });

  test('pulled-image-expires: the machine pulls again', async () => {
    await worker().pull('system', IMAGE);
    const before = cluster.images.asked.length;
    cluster.faults.arm({ name: 'pulled-image-expires', node: NODE });
    expect(await talosctl(INSTALL)).toMatchObject({ exitCode: 0 });
    expect(cluster.images.asked).toHaveLength(before + 1);
  });

  test.each([
    { name: 'reboot-request-lost', reboots: false },
    { name: 'reboot-answer-lost', reboots: true },
  ])('$name: the client hears nothing, and the machine reboots: $reboots', async ({ name, reboots }) => {
    const { bootId } = worker();
    cluster.faults.arm({ name, node: NODE });
    const { exitCode, stderr } = await talosctl(['reboot', '--wait=false', '--drain=false']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('Unavailable') });
    if (reboots) await booted(bootId);
    expect(worker().bootId === bootId && worker().stage === 'running').toBe(!reboots);
  });

  test('rebooted-by-hand: armed, and booted before anybody asked for it', async () => {
    const { bootId } = worker();
    cluster.faults.arm({ name: 'rebooted-by-hand', node: NODE });
    expect(await talosctl(INSTALL)).toMatchObject({ exitCode: 0 });
    await booted(bootId);
    expect(worker().version).toBe('v1.13.9');
  });

  test('installed-by-hand: the install that follows destroys the slot that runs', async () => {
    cluster.faults.arm({ name: 'installed-by-hand', node: NODE });
    await talosctl(['image', 'pull', IMAGE, '--namespace', 'system']);
    await worker().waitFor((now) => now.armed, { what: 'armed', timeoutMs: 5_000 });
    const { lostSlots } = worker().bootSlots;
    await talosctl(INSTALL);
    expect(worker().bootSlots.lostSlots).toBe(lostSlots + 1);
    const finished = cluster.events.findLast(({ event }) => event === 'install-finished');
    expect(finished).toMatchObject({ machine: NODE, overwrites: 'running' });
  });

  test('powercycle-hangs: well after kexec, gone after a power cycle', async () => {
    const { bootId } = worker();
    cluster.faults.arm({ name: 'powercycle-hangs', node: NODE });
    await talosctl(INSTALL);
    await talosctl(['reboot', '--wait=false', '--drain=false', '--mode', 'default']);
    await booted(bootId);
    await settled();
    await talosctl(['reboot', '--wait=false', '--drain=false', '--mode', 'powercycle']);
    const lost = (): boolean => cluster.events.some(({ event }) => event === 'lost');
    await worker().waitFor(lost, { what: 'hanging', timeoutMs: 45_000 });
    expect(await talosctl(['version'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Unavailable'),
    });
    cluster.faults.disarm();
    await worker().powerOn();
  });
});

describe('who may install', () => {
  test('a reader may not, and an operator may pull only', async () => {
    const as = (role: 'os:reader' | 'os:operator') => ({
      client: '1.13' as const,
      nodes: [NODE],
      talosconfig: cluster.config(role, [role]),
    });
    const pull = ['image', 'pull', IMAGE, '--namespace', 'system'];
    const denied = { exitCode: 1, stderr: expect.stringContaining('desc = not authorized') };
    expect(await cluster.talosctl(pull, as('os:reader'))).toMatchObject(denied);
    expect(await cluster.talosctl(pull, as('os:operator'))).toMatchObject({ exitCode: 0 });
    expect(await cluster.talosctl(INSTALL, as('os:operator'))).toMatchObject(denied);
  });
});
