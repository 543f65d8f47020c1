import { afterEach, describe, expect, test } from '@jest/globals';
import { emptySchematic } from '../../../lab/factory/schematics.js';
import { actByHand } from '../../../lab/machines/by-hand.js';
import { CONTROL_SCHEMATIC, WORKER_SCHEMATIC, installer } from './fake-images.js';
import { comesToStay, loneMachine, type LoneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

/** Upgrades with a fault armed and waits until the machine has booted again. */
async function upgradeWith(name: string, role: 'control-plane' | 'worker' = 'worker'): Promise<LoneMachine> {
  const lone = await loneMachine({ role });
  const { machine, faults, upgrade } = lone;
  const { bootId } = machine;
  faults.arm({ name, node: machine.name });
  await upgrade('v1.12.6');
  await machine.waitFor((now) => now.bootId !== bootId && now.stage === 'running', {
    what: 'a new boot',
    timeoutMs: 20_000,
  });
  return lone;
}

describe('faults before anything happens to the machine', () => {
  test.each([
    {
      name: 'image-missing',
      says: /^error validating installer image ".*": failed to pull image ".*: not found$/,
    },
    { name: 'image-pull-fails', says: /^error validating installer image ".*": .*unexpected EOF$/ },
  ])('$name: the upgrade is refused and the machine stays as it was', async ({ name, says }) => {
    const { machine, faults, upgrade, logged } = await loneMachine();
    const { bootId } = machine;
    faults.arm({ name });
    await expect(upgrade('v1.12.6')).rejects.toThrow(says);
    expect(machine).toMatchObject({ bootId, stage: 'running', ready: true, installs: 0 });
    expect(logged().at(-1)).toBe('upgrade-refused');
    expect(faults.armed()).toEqual([]);
  });
});

describe('faults of the installation', () => {
  test('install-fails: back on the old slot with a new boot id', async () => {
    const { machine, ready, logged } = await upgradeWith('install-fails');
    await ready();
    expect(machine).toMatchObject({ version: 'v1.12.1', booted: 'A', defaultSlot: 'A', installs: 0 });
    expect(logged('install-failed')).toEqual([
      'install-failed',
      'rebooting',
      'down',
      'booting',
      'kubelet-started',
      'running',
      'ready',
    ]);
  });

  test('boots-old-slot: installed once, but the machine is back on the old slot', async () => {
    const { machine, ready, logged } = await upgradeWith('boots-old-slot');
    await ready();
    expect(machine).toMatchObject({
      version: 'v1.12.1',
      booted: 'A',
      defaultSlot: 'A',
      installs: 1,
      slots: { B: { version: 'v1.12.6' } },
    });
    expect(logged('install-finished').slice(0, 8)).toEqual([
      'install-finished',
      'rebooting',
      'down',
      'booting',
      'rebooting',
      'reverted',
      'down',
      'booting',
    ]);
  });

  test('never-ready: runs the new version, and says why it is not ready', async () => {
    const { machine } = await upgradeWith('never-ready');
    await comesToStay(() => {
      expect(machine).toMatchObject({ version: 'v1.12.6', booted: 'B', stage: 'running', ready: false });
      expect(machine.unmet.map(({ name }) => name)).toEqual(['services', 'nodeReady']);
    });
    expect(machine.bootSlots.fallback).toBe('A');
  });
});

describe('faults of the reboot', () => {
  test('never-returns: stays away until somebody switches it on', async () => {
    const { machine, faults, upgrade, ready, logged } = await loneMachine();
    faults.arm({ name: 'never-returns' });
    await upgrade('v1.12.6');
    await machine.waitFor(({ stage }) => stage === 'rebooting', { what: 'rebooting', timeoutMs: 20_000 });
    await comesToStay(() => {
      expect(logged().slice(-2)).toEqual(['down', 'lost']);
      expect(machine).toMatchObject({ power: 'on', stage: 'rebooting', ready: false });
    });
    await machine.powerOn();
    await ready();
    expect(machine.version).toBe('v1.12.6');
  });

  test('slow-reboot: takes its time and comes back', async () => {
    const before = Date.now();
    const { machine } = await upgradeWith('slow-reboot');
    expect(Date.now() - before).toBeGreaterThan(machine.durations.slowReboot);
    expect(machine.version).toBe('v1.12.6');
  });
});

describe('faults of the boot of a control plane', () => {
  test('etcd-member-down: etcd does not come back, and the machine is not ready for it', async () => {
    const { machine, parts } = await upgradeWith('etcd-member-down', 'control-plane');
    await comesToStay(() => {
      expect(machine.unmet).toEqual([{ name: 'services', reason: 'etcd not running' }]);
    });
    expect(parts.calls.filter((call) => call === 'k8s-ctrl-1 start-etcd')).toHaveLength(1);
  });

  test('api-front-stays-cut: the API server does not come back, and the machine is not ready for it', async () => {
    const { machine } = await upgradeWith('api-front-stays-cut', 'control-plane');
    await comesToStay(() => {
      expect(machine.unmet).toEqual([
        { name: 'staticPods', reason: 'kube-system/kube-apiserver-k8s-ctrl-1 not ready' },
      ]);
    });
    expect(machine.apiFrontOpen).toBe(false);
  });
});

describe('faults of what the installer writes', () => {
  test.each([
    { name: 'wrong-schematic', boots: { schematic: emptySchematic, extensions: [] } },
    {
      name: 'extension-missing',
      boots: { schematic: WORKER_SCHEMATIC, extensions: ['siderolabs/qemu-guest-agent'] },
    },
  ])('$name: boots the version that was asked for, and is ready', async ({ name, boots }) => {
    const { machine, ready } = await upgradeWith(name);
    await ready();
    expect(machine).toMatchObject({ version: 'v1.12.6', ...boots });
  });

  test.each([
    { name: 'install-fails', armed: false },
    { name: 'wrong-schematic', armed: true },
  ])('$name fires in an install without a reboot too', async ({ name, armed }) => {
    const { machine, faults, install } = await loneMachine({ version: 'v1.13.1' });
    const { bootId } = machine;
    faults.arm({ name });
    const said = await install('v1.13.9');
    expect(said.at(-1)).toEqual({ exit_code: armed ? 0 : 1 });
    expect(machine).toMatchObject({ bootId, ready: true, armed, installs: armed ? 1 : 0 });
    expect(faults.armed()).toEqual([]);
  });
});

describe('faults with an out-of-band change of the machine', () => {
  test.each([
    { version: 'v1.12.1', to: 'v1.12.6' },
    { version: 'v1.13.1', to: 'v1.13.9' },
  ])('upgraded-by-hand: $version is on $to though only a pull was asked for', async ({ version, to }) => {
    const { machine, faults, ready } = await loneMachine({ version });
    const { bootId } = machine;
    faults.arm({ name: 'upgraded-by-hand' });
    const image = installer(WORKER_SCHEMATIC, to);
    await machine.pull('system', image);
    await actByHand(machine, image, 'system');
    await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    await ready();
    expect(machine).toMatchObject({ version: to, installs: 1 });
  });

  test('installed-by-hand does nothing where Talos cannot do it', async () => {
    const { machine, faults } = await loneMachine();
    faults.arm({ name: 'installed-by-hand' });
    const image = installer(WORKER_SCHEMATIC, 'v1.12.6');
    await machine.pull('system', image);
    await actByHand(machine, image, 'system');
    expect(machine).toMatchObject({ armed: false, installs: 0 });
  });

  test('clock-jumps: after the boot what was pulled has expired', async () => {
    const { machine, faults, ready } = await loneMachine();
    const image = installer(WORKER_SCHEMATIC, 'v1.12.6');
    await machine.pull('system', image);
    faults.arm({ name: 'clock-jumps' });
    const before = machine.clock.now();
    await machine.powerOff();
    expect(machine.pulledImages.has('system', image)).toBe(true);
    await machine.powerOn();
    await ready();
    expect(machine.pulledImages.has('system', image)).toBe(false);
    expect(machine.dmesg.lines()[0]?.at.getTime()).toBeGreaterThan(before + 60 * 60_000);
  });

  test('time-not-synced: not ready until it is disarmed', async () => {
    const { machine, faults, ready } = await loneMachine();
    faults.arm({ name: 'time-not-synced' });
    await machine.waitFor((now) => !now.ready, { what: 'not ready', timeoutMs: 20_000 });
    expect(machine.unmet).toEqual([{ name: 'time', reason: 'time is not synced' }]);
    faults.disarm();
    await ready();
  });

  test('api-front-stays-open: nobody closes it when the machine goes down', async () => {
    const { machine, faults, parts } = await loneMachine({ role: 'control-plane' });
    faults.arm({ name: 'api-front-stays-open' });
    await machine.powerOff();
    expect(parts.calls).toContain('k8s-ctrl-1 stop-kubelet');
    expect(parts.calls).not.toContain('k8s-ctrl-1 cut-api-front');
    expect(machine.schematic).toBe(CONTROL_SCHEMATIC);
  });
});

describe('a slot that an upgrade wrote, and that never starts through the firmware', () => {
  test('powercycle-hangs: starts with kexec, not with power', async () => {
    const { machine, faults, install, ready, logged } = await loneMachine({ version: 'v1.13.1' });
    faults.arm({ name: 'powercycle-hangs' });
    await install('v1.13.9');
    const { bootId } = machine;
    machine.reboot('DEFAULT');
    await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    await ready();
    await machine.powerOff();
    await machine.powerOn();
    expect(logged('power-on')).toEqual(['power-on', 'lost']);
    expect(machine.ready).toBe(false);
    faults.disarm();
    await machine.powerOn();
    await ready();
    expect(machine.version).toBe('v1.13.9');
  });

  test('powercycle-hangs leaves a slot alone that no upgrade wrote', async () => {
    const { machine, faults, ready } = await loneMachine();
    faults.arm({ name: 'powercycle-hangs' });
    await machine.powerOff();
    await machine.powerOn();
    await ready();
  });
});
