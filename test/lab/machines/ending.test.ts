import { afterEach, describe, expect, test } from '@jest/globals';
import { resetMachine, shutDownMachine, type ResetRequest } from '../../../lab/machines/reset.js';
import { loneMachine, type LoneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

const asked: ResetRequest = { graceful: true, reboot: true, partitions: [], userDisks: [], mode: 'ALL' };

const tasks = ({ events }: LoneMachine): string[] =>
  events.flatMap(({ payload }) =>
    payload.kind === 'TaskEvent' && payload.action === 'START' ? [payload.task] : [],
  );

const off = ({ machine }: LoneMachine): Promise<void> =>
  machine.waitFor(({ power }) => power === 'off', { what: 'the power to go', timeoutMs: 20_000 });

describe('a shutdown', () => {
  test('drains, stops everything, and the machine is off until somebody switches it on', async () => {
    const one = await loneMachine();
    shutDownMachine(one.machine, false);
    await off(one);
    expect(one.parts.calls).toEqual(
      expect.arrayContaining(['k8s-work-1 cordon', 'k8s-work-1 evict-pods', 'k8s-work-1 stop-kubelet']),
    );
    expect(tasks(one).slice(-2)).toEqual(['stopAllServices', 'shutdown']);
    await one.machine.powerOn();
    await one.ready();
  });

  test('drains nothing when it is forced', async () => {
    const one = await loneMachine();
    shutDownMachine(one.machine, true);
    await off(one);
    expect(one.parts.calls).not.toContain('k8s-work-1 cordon');
  });
});

describe('a reset', () => {
  test('of the whole disk leaves nothing to boot from', async () => {
    const one = await loneMachine();
    resetMachine(one.machine, asked);
    const lost = (): boolean => one.logged().includes('lost');
    await one.machine.waitFor(lost, { what: 'the end', timeoutMs: 20_000 });
    expect(one.log.at(-1)).toMatchObject({ detail: 'there is nothing on its disk to boot from' });
    expect(one.parts.calls).toContain('k8s-work-1 wipe');
  });

  test('of STATE and EPHEMERAL boots the same slot, which waits for a configuration', async () => {
    const one = await loneMachine();
    const { machine } = one;
    const { machineId } = machine.disk;
    resetMachine(machine, { ...asked, partitions: ['STATE', 'EPHEMERAL'] });
    await machine.waitFor(({ stage }) => stage === 'maintenance', { what: 'maintenance', timeoutMs: 20_000 });
    expect(machine.version).toBe('v1.12.1');
    expect(machine.disk.machineId).not.toBe(machineId);
    expect(one.parts.calls).toContain('k8s-work-1 wipe');
  });

  test('of EPHEMERAL keeps the configuration, and that is all it needs', async () => {
    const one = await loneMachine();
    resetMachine(one.machine, { ...asked, graceful: false, partitions: ['EPHEMERAL'] });
    await one.machine.waitFor(({ stage }) => stage === 'rebooting', {
      what: 'the reboot',
      timeoutMs: 20_000,
    });
    await one.ready();
    expect(one.parts.calls).not.toContain('k8s-work-1 cordon');
    expect(one.logged('reset-accepted')).not.toContain('maintenance');
  });

  test.each([
    { partitions: ['NOTHING'], said: /failed to get volume status with label "NOTHING"/ },
    { userDisks: ['/dev/sdb'], said: /device \/dev\/sdb wasn't found/ },
    { partitions: ['STATE'], mode: 'USER_DISKS' as const, said: /doesn't support SystemPartitionsToWipe/ },
  ])('is refused: $said', async ({ said, ...changes }) => {
    const one = await loneMachine();
    expect(() => resetMachine(one.machine, { ...asked, ...changes })).toThrow(said);
    expect(one.machine.ready).toBe(true);
  });
});
