import { afterEach, describe, expect, test } from '@jest/globals';
import type { MachineEvent } from '../../../lab/machines/machine-event.js';
import { WORKER_SCHEMATIC, installer } from './fake-images.js';
import { loneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

const ON_TARGET = { what: 'v1.12.6', timeoutMs: 20_000 };

/** Tasks in the order they were started. */
function tasksIn(events: readonly MachineEvent[]): string[] {
  return events.flatMap(({ payload }) =>
    payload.kind === 'TaskEvent' && payload.action === 'START' ? [payload.task] : [],
  );
}

/** Stage and readiness in the order of their events. */
function statusesIn(events: readonly MachineEvent[]): string[] {
  return events.flatMap(({ payload }) =>
    payload.kind === 'MachineStatusEvent'
      ? [`${payload.stage} ${payload.ready ? 'ready' : 'not ready'}`]
      : [],
  );
}

function errorsIn(events: readonly MachineEvent[]): unknown[] {
  return events.flatMap(({ payload, actorId }) =>
    payload.kind === 'SequenceEvent' && payload.error !== undefined ? [{ actorId, ...payload.error }] : [],
  );
}

describe('a machine that is switched on', () => {
  test('boots, runs, and is ready when its node is', async () => {
    const { machine, events, logged, parts } = await loneMachine({ role: 'control-plane' });
    expect(machine).toMatchObject({
      power: 'on',
      stage: 'running',
      ready: true,
      version: 'v1.12.1',
      booted: 'A',
      installs: 0,
    });
    expect(statusesIn(events)).toEqual(['booting not ready', 'running not ready', 'running ready']);
    expect(logged()).toEqual(
      expect.arrayContaining(['power-on', 'booting', 'etcd-started', 'api-front-up', 'running', 'ready']),
    );
    expect(parts.calls).toContain('k8s-ctrl-1 uncordon');
  });

  test('cannot have been installed from an image nobody knows', async () => {
    await expect(loneMachine({ on: false, version: 'v0.0.1' })).rejects.toThrow(
      /^Machine k8s-work-1 cannot have been installed from .*:v0\.0\.1: there is no such image\.$/,
    );
  });

  test('loses everything but its slots when the power is cut', async () => {
    const { machine, parts } = await loneMachine({ role: 'control-plane' });
    const bootId = machine.bootId;
    await machine.powerOff();
    expect(machine).toMatchObject({ power: 'off', ready: false, version: 'v1.12.1' });
    expect(parts.calls.slice(-3).toSorted()).toEqual([
      'k8s-ctrl-1 cut-api-front',
      'k8s-ctrl-1 stop-etcd',
      'k8s-ctrl-1 stop-kubelet',
    ]);
    await machine.powerOn();
    expect(machine.bootId).not.toBe(bootId);
  });

  test('stops a part that was still starting when the power was cut', async () => {
    const { machine, parts } = await loneMachine({ role: 'control-plane', on: false });
    let listens: () => void = () => {};
    const listening = new Promise<void>((resolve) => (listens = resolve));
    parts.etcd.start = () => listening;
    const booting = machine.powerOn();
    await machine.waitFor(({ services }) => services.get('cri')?.state === 'Running', {
      what: 'cri',
      timeoutMs: 20_000,
    });
    const off = machine.powerOff();
    listens();
    await Promise.all([booting, off]);
    expect(parts.calls.at(-1)).toBe('k8s-ctrl-1 stop-etcd');
    expect(machine.services.get('etcd')?.state).toBe('Finished');
  });
});

describe('an upgrade', () => {
  test('runs the phases of Talos in their order and comes back on the other slot', async () => {
    const { machine, events, upgrade, logged, parts } = await loneMachine({ role: 'control-plane' });
    const bootId = machine.bootId;
    const before = events.length;
    const { actorId } = await upgrade('v1.12.6');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, ON_TARGET);
    const during = events.slice(before).filter((event) => event.actorId === actorId);
    expect(tasksIn(during)).toEqual([
      'cordonAndDrainNode',
      'stopAllPods',
      'stopDBus',
      'stopServicesForUpgrade',
      'unmountPodMounts',
      'unmountSystemDiskBindMounts',
      'unmountEphemeralPartition',
      'teardownLifecycle',
      'upgrade',
      'reloadMeta',
      'kexecPrepare',
      'stopAllServices',
      'reboot',
    ]);
    expect(machine).toMatchObject({
      booted: 'B',
      defaultSlot: 'B',
      installs: 1,
      slots: { A: { version: 'v1.12.1' } },
    });
    expect(machine.bootId).not.toBe(bootId);
    const story = logged('upgrade-accepted');
    expect([...story.slice(0, 9), ...story.slice(9, 12).toSorted(), ...story.slice(12)]).toEqual([
      'upgrade-accepted',
      'kubelet-stopped',
      'api-front-down',
      'etcd-stopped',
      'install-started',
      'install-finished',
      'rebooting',
      'down',
      'booting',
      'api-front-up',
      'etcd-started',
      'kubelet-started',
      'running',
      'ready',
    ]);
    expect(parts.calls.filter((call) => / (cordon|evict-pods|uncordon)$/.test(call)).slice(1)).toEqual([
      'k8s-ctrl-1 cordon',
      'k8s-ctrl-1 evict-pods',
      'k8s-ctrl-1 uncordon',
    ]);
    expect(machine.bootSlots.fallback).toBeUndefined();
  });

  test('starts the new boot with empty events', async () => {
    const { machine, upgrade } = await loneMachine();
    const { actorId } = await upgrade('v1.12.6');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, ON_TARGET);
    expect(machine.events.all().some((event) => event.actorId === actorId)).toBe(false);
  });

  test('a second one while it runs is acknowledged, and locked with an empty actor id', async () => {
    const { machine, upgrade, events } = await loneMachine();
    const first = await upgrade('v1.12.6');
    const second = await upgrade('v1.12.6');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, ON_TARGET);
    expect(second.actorId).not.toBe(first.actorId);
    expect(errorsIn(events)).toEqual([
      { actorId: '', code: 'LOCKED', message: 'sequence not started: locked' },
    ]);
    expect(machine.installs).toBe(1);
  });

  test('is not taken over by a reboot', async () => {
    const { machine, upgrade, events } = await loneMachine();
    await upgrade('v1.12.6');
    machine.reboot('DEFAULT');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, ON_TARGET);
    expect(errorsIn(events)).toMatchObject([{ code: 'LOCKED' }]);
  });

  test('is not accepted once its caller has gone away while the image was pulled', async () => {
    const { machine } = await loneMachine();
    const caller = new AbortController();
    const request = {
      image: installer(WORKER_SCHEMATIC, 'v1.12.6'),
      force: false,
      rebootMode: 'DEFAULT',
    } as const;
    const answer = machine.upgrade(request, caller.signal);
    caller.abort();
    await expect(answer).rejects.toThrow('interrupted');
    expect(machine).toMatchObject({ stage: 'running', ready: true });
  });

  test('to a version too far away fails in the installer, after everything was stopped', async () => {
    const { machine, upgrade, ready, events } = await loneMachine();
    const { bootId } = machine;
    await upgrade('v1.9.5');
    await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    await ready();
    expect(errorsIn(events)).toMatchObject([
      {
        code: 'FATAL',
        message: expect.stringContaining('host version 1.12.1 is too new to downgrade to Talos 1.9.5'),
      },
    ]);
    expect(machine).toMatchObject({ version: 'v1.12.1', installs: 0 });
  });

  test('fails before it installs when the node cannot be cordoned', async () => {
    const { machine, upgrade, parts, ready } = await loneMachine();
    const { bootId } = machine;
    parts.cordon = () => Promise.reject(new Error('no API server'));
    await upgrade('v1.12.6');
    await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    await ready();
    expect(machine).toMatchObject({ version: 'v1.12.1', installs: 0 });
  });

  test('goes on when pods could not be evicted', async () => {
    const { machine, upgrade, parts } = await loneMachine();
    parts.evictPods = () => Promise.reject(new Error('disruption budget'));
    await upgrade('v1.12.6');
    await machine.waitFor(({ version, ready }) => version === 'v1.12.6' && ready, ON_TARGET);
  });
});

describe('a reboot', () => {
  test('keeps the slot and neither cordons nor drains', async () => {
    const { machine, ready, parts, events } = await loneMachine();
    const { bootId } = machine;
    const before = events.length;
    machine.reboot('DEFAULT');
    await machine.waitFor((now) => now.bootId !== bootId, { what: 'a new boot', timeoutMs: 20_000 });
    await ready();
    expect(machine).toMatchObject({ version: 'v1.12.1', booted: 'A' });
    expect(parts.calls).not.toContain('k8s-work-1 cordon');
    expect(statusesIn(events.slice(before))[0]).toBe('rebooting ready');
  });

  test('takes over a boot that is still going on', async () => {
    const { machine, ready, logged } = await loneMachine({ on: false });
    const first = machine.powerOn();
    await machine.waitFor(({ stage }) => stage === 'booting', { what: 'booting', timeoutMs: 20_000 });
    machine.reboot('FORCE');
    await first;
    await ready();
    expect(logged().filter((event) => event === 'booting')).toHaveLength(2);
    expect(logged().filter((event) => event === 'running')).toHaveLength(1);
  });
});

describe('pulled images', () => {
  test('are not pulled again, and are gone after an hour', async () => {
    const { machine, images, clock } = await loneMachine();
    const image = installer(WORKER_SCHEMATIC, 'v1.12.6');
    const before = images.asked.length;
    await machine.pull('system', image);
    await machine.pull('system', image);
    expect(images.asked.length - before).toBe(1);
    clock.advance(59 * 60_000);
    expect(machine.pulledImages.has('system', image)).toBe(true);
    clock.advance(2 * 60_000);
    expect(machine.pulledImages.has('system', image)).toBe(false);
  });

  test.each(['cri', 'system'] as const)(
    'of the namespace %s do not help a legacy upgrade, which pulls into memory',
    async (namespace) => {
      const { machine, images, upgrade } = await loneMachine();
      const image = installer(WORKER_SCHEMATIC, 'v1.12.6');
      await machine.pull(namespace, image);
      const before = images.asked.length;
      await upgrade('v1.12.6');
      expect(images.asked.length - before).toBe(1);
    },
  );
});
