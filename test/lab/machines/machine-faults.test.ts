import { describe, expect, test } from '@jest/globals';
import { loneMachine, type LoneMachine } from './one-machine.js';

/** Upgrades with a fault armed and waits until the machine has booted again. */
async function upgradeWith(name: string, role: 'control-plane' | 'worker' = 'worker'): Promise<LoneMachine> {
  const lone = await loneMachine({ role });
  const { machine, faults, upgrade } = lone;
  const { bootId } = machine;
  faults.arm({ name, node: machine.name });
  await upgrade('v1.12.6');
  await machine.waitFor((now) => now.bootId !== bootId && now.stage === 'running', {
    what: 'a new boot',
    timeoutMs: 3_000,
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
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(machine).toMatchObject({ version: 'v1.12.6', booted: 'B', stage: 'running', ready: false });
    expect(machine.unmet.map(({ name }) => name)).toEqual(['services', 'nodeReady']);
    expect(machine.bootSlots.fallback).toBe('A');
  });
});

describe('faults of the reboot', () => {
  test('never-returns: stays away until somebody switches it on', async () => {
    const { machine, faults, upgrade, ready, logged } = await loneMachine();
    faults.arm({ name: 'never-returns' });
    await upgrade('v1.12.6');
    await machine.waitFor(({ stage }) => stage === 'rebooting', { what: 'rebooting', timeoutMs: 3_000 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(logged().at(-1)).toBe('down');
    expect(machine).toMatchObject({ power: 'on', stage: 'rebooting', ready: false });
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
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(machine.unmet).toEqual([{ name: 'services', reason: 'etcd not running' }]);
    expect(parts.calls.filter((call) => call === 'k8s-ctrl-1 start-etcd')).toHaveLength(1);
  });

  test('api-front-stays-cut: the API server does not come back, and the machine is not ready for it', async () => {
    const { machine } = await upgradeWith('api-front-stays-cut', 'control-plane');
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(machine.unmet).toEqual([
      { name: 'staticPods', reason: 'kube-system/kube-apiserver-k8s-ctrl-1 not ready' },
    ]);
    expect(machine.apiFrontOpen).toBe(false);
  });
});
