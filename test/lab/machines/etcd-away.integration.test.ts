import { afterEach, expect, test } from '@jest/globals';
import { installer } from './fake-images.js';
import { loneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

test('an upgrade of a control plane whose etcd does not respond is refused', async () => {
  const { machine } = await loneMachine({ role: 'control-plane' });
  const image = installer(machine.schematic, 'v1.12.6');
  await expect(machine.upgrade({ image, force: false, rebootMode: 'DEFAULT' })).rejects.toThrow(
    /^failed to acquire upgrade mutex: error establishing etcd concurrency session: rpc error: code = Unavailable/,
  );
  expect(machine).toMatchObject({ stage: 'running', installs: 0 });
});

test.each([
  { version: 'v1.12.1', to: 'v1.12.6', ends: /^failed to acquire upgrade mutex/ },
  { version: 'v1.13.1', to: 'v1.13.9', ends: /^accepted$/ },
])('a legacy upgrade of $version with --preserve, where etcd does not answer: $ends', async (upgrade) => {
  const { machine } = await loneMachine({ role: 'control-plane', version: upgrade.version });
  const image = installer(machine.schematic, upgrade.to);
  const answer = machine.upgrade({ image, force: false, preserve: true, rebootMode: 'DEFAULT' });
  const end = await answer.then(
    () => 'accepted',
    (error: unknown) => String(error instanceof Error ? error.message : error),
  );
  expect(end).toMatch(upgrade.ends);
});
