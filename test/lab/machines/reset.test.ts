import { afterEach, expect, test } from '@jest/globals';
import { WORKER_SCHEMATIC, installer } from './fake-images.js';
import { loneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

test('a machine that is replaced boots its first version, and knows nothing of what was installed or pulled', async () => {
  const { machine, install, logged, ready } = await loneMachine({ version: 'v1.13.1' });
  const { bootId } = machine;
  await install('v1.13.9');
  machine.clock.jump(60_000);
  await machine.reset();
  await ready();
  expect(machine).toMatchObject({
    version: 'v1.13.1',
    booted: 'A',
    defaultSlot: 'A',
    armed: false,
    installs: 0,
  });
  expect(machine.slots).toEqual({ A: expect.anything() });
  expect(machine.bootId).not.toBe(bootId);
  expect(machine.pulledImages.has('system', installer(WORKER_SCHEMATIC, 'v1.13.9'))).toBe(false);
  expect(machine.clock.now()).toBeLessThan(Date.now() + 30_000);
  expect(logged('power-off').slice(0, 4)).toEqual([
    'power-off',
    'kubelet-stopped',
    'reset-by-lab',
    'power-on',
  ]);
  await install('v1.13.9');
  expect(machine).toMatchObject({ armed: true, defaultSlot: 'B', installs: 1 });
});
