import { afterEach, describe, expect, test } from '@jest/globals';
import { WORKER_SCHEMATIC, installer } from './fake-images.js';
import { loneMachine, type LoneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

const RUNS = { what: 'a new boot', timeoutMs: 20_000 };

/** Waits for the next boot, and until it is ready. */
async function nextBoot({ machine, ready }: LoneMachine, act: () => unknown): Promise<void> {
  const { bootId } = machine;
  await act();
  await machine.waitFor((now) => now.bootId !== bootId && now.stage === 'running', RUNS);
  await ready();
}

describe('an install without a reboot', () => {
  test('stops nothing, says its exit code last, and arms the machine', async () => {
    const { machine, install, logged, log, parts } = await loneMachine({
      role: 'control-plane',
      version: 'v1.13.1',
    });
    const { bootId } = machine;
    const told = parts.calls.length;
    const said = await install('v1.13.9');
    expect(said[0]).toEqual({ message: 'running pre-flight checks\n' });
    expect(said.at(-1)).toEqual({ exit_code: 0 });
    expect(machine).toMatchObject({
      bootId,
      version: 'v1.13.1',
      ready: true,
      booted: 'A',
      defaultSlot: 'B',
      armed: true,
      installs: 1,
    });
    expect(parts.calls.slice(told)).toEqual([]);
    expect(logged('install-started')).toEqual(['install-started', 'install-finished', 'armed']);
    expect(log.find(({ event }) => event === 'install-finished')).toMatchObject({
      flow: 'lifecycle',
      target: 'B',
      slot: 'A',
      version: 'v1.13.1',
    });
  });

  test.each(['DEFAULT', 'POWERCYCLE', 'FORCE'] as const)('the next reboot (%s) boots it', async (mode) => {
    const lone = await loneMachine({ version: 'v1.13.1' });
    const { machine, install, parts, log } = lone;
    await install('v1.13.9');
    await nextBoot(lone, () => machine.reboot(mode));
    expect(machine).toMatchObject({ version: 'v1.13.9', booted: 'B', armed: false, installs: 1 });
    expect(parts.calls).not.toContain('k8s-work-1 cordon');
    const boot = log.findLast(({ event }) => event === 'booting');
    expect(boot?.via).toBe(mode === 'DEFAULT' ? 'kexec' : 'firmware');
  });

  test('a power cut boots it too', async () => {
    const lone = await loneMachine({ version: 'v1.13.1' });
    const { machine, install } = lone;
    await install('v1.13.9');
    await nextBoot(lone, async () => {
      await machine.powerOff();
      await machine.powerOn();
    });
    expect(machine.version).toBe('v1.13.9');
  });

  test('a second one on an armed machine destroys the slot that runs, and the log says so', async () => {
    const { machine, install, log } = await loneMachine({ version: 'v1.13.1', bootloader: 'grub' });
    await install('v1.13.9');
    await install('v1.13.9');
    const finished = log.filter(({ event }) => event === 'install-finished');
    expect(finished).toMatchObject([
      { target: 'B', slot: 'A' },
      { target: 'A', slot: 'A', overwrites: 'running' },
    ]);
    expect(finished[0]).not.toHaveProperty('overwrites');
    expect(machine).toMatchObject({ version: 'v1.13.1', booted: 'A', defaultSlot: 'A', armed: true });
  });

  test('a second one while one runs is refused', async () => {
    const { machine, logged } = await loneMachine({ version: 'v1.13.1' });
    const image = installer(WORKER_SCHEMATIC, 'v1.13.9');
    await machine.pull('system', image);
    const first = machine.lifecycle.run({ image, namespace: 'system' }, () => {});
    await expect(machine.lifecycle.run({ image, namespace: 'system' }, () => {})).rejects.toThrow(
      'another installation/upgrade is already in progress',
    );
    await first;
    expect(machine.installs).toBe(1);
    expect(logged()).toContain('install-refused');
  });

  test.each([
    { image: '', says: 'installer image name is required' },
    {
      image: 'factory.talos.dev/nocloud-installer/x:v1.13.9',
      says: /^upgrade failed: installer image ".*" not found in containerd store: image ".*": not found$/,
    },
  ])('of "$image" is refused: it pulls nothing', async ({ image, says }) => {
    const { machine, images } = await loneMachine({ version: 'v1.13.1' });
    const before = images.asked.length;
    await expect(machine.lifecycle.run({ image, namespace: 'system' }, () => {})).rejects.toThrow(says);
    expect(images.asked).toHaveLength(before);
    expect(machine).toMatchObject({ armed: false, installs: 0 });
  });

  test('of a machine that is not installed is refused, in both flows', async () => {
    const { upgrade, install } = await loneMachine({ version: 'v1.13.1', installed: false });
    await expect(install('v1.13.9')).rejects.toThrow('machine is not installed');
    await expect(upgrade('v1.13.9')).rejects.toThrow('Talos is not installed');
  });

  test('of a version too far away exits with 1, and changes nothing', async () => {
    const { machine, install } = await loneMachine({ version: 'v1.13.1' });
    const said = await install('v1.16.0');
    expect(said.at(-1)).toEqual({ exit_code: 1 });
    expect(said.at(-2)).toEqual({
      message: expect.stringContaining('host version 1.13.1 is too old to upgrade to Talos 1.16.0'),
    });
    expect(machine).toMatchObject({ ready: true, armed: false, installs: 0 });
  });

  test('that the machine goes down under changes nothing', async () => {
    const { machine, logged } = await loneMachine({ version: 'v1.13.1' });
    const image = installer(WORKER_SCHEMATIC, 'v1.13.9');
    await machine.pull('system', image);
    const said: unknown[] = [];
    const run = machine.lifecycle.run({ image, namespace: 'system' }, (progress) => said.push(progress));
    await machine.powerOff();
    await run;
    expect(said.at(-1)).toEqual({ exit_code: 137 });
    expect(logged()).toContain('install-failed');
    expect(machine).toMatchObject({ armed: false, installs: 0 });
  });
});

test('an install from scratch is refused by a machine that is installed', async () => {
  const { machine } = await loneMachine({ on: false, version: 'v1.13.1' });
  expect(() => machine.lifecycle.refuseInstall()).toThrow('machine is already installed');
});

describe('rollback', () => {
  test('rolls back to the slot before, and forward again when it is asked twice', async () => {
    const lone = await loneMachine({ version: 'v1.13.1' });
    const { machine, install, parts } = lone;
    await install('v1.13.9');
    await nextBoot(lone, () => machine.reboot('DEFAULT'));
    await nextBoot(lone, () => machine.rollback());
    expect(machine).toMatchObject({ version: 'v1.13.1', booted: 'A', installs: 1 });
    await nextBoot(lone, () => machine.rollback());
    expect(machine.version).toBe('v1.13.9');
    expect(parts.calls).not.toContain('k8s-work-1 cordon');
  });

  test('without anything to roll back to is refused, and nothing reboots', async () => {
    const { machine, logged } = await loneMachine();
    expect(() => machine.rollback()).toThrow('previous UKI not found');
    expect(logged().at(-1)).toBe('rollback-refused');
    expect(machine).toMatchObject({ stage: 'running', ready: true });
  });

  test('takes over from an upgrade that runs', async () => {
    const lone = await loneMachine();
    const { machine, upgrade, parts } = lone;
    await upgrade('v1.12.6');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, RUNS);
    parts.evictPods = () => new Promise(() => {});
    await nextBoot(lone, async () => {
      await upgrade('v1.12.2');
      machine.rollback();
    });
    expect(machine).toMatchObject({ version: 'v1.12.1', installs: 1 });
  });
});
