import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandFailed } from '../../../src/tools/run-command.js';
import { TestTerraform, limits, reasonOf, tools, twoMachines } from './a-terraform.js';
import { StateServer } from './state-server.js';

const aRun = 180_000;

/** Only here: an apply that rests on an observation, which ages. */
describe.each(tools)('an apply that must start at once, and the real %s', (tool) => {
  let test: TestTerraform;
  let server: StateServer;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('http'));
    server = await StateServer.start();
  }, aRun);
  afterEach(async () => {
    await Promise.all([server.end(), test.end()]);
  });

  it(
    'is not started once it is too late, and waits for no lock; in time it is',
    async () => {
      const backend = { backend: [{ file: test.file('backend', server.backend) }] };
      const terraform = await test.ready(tool, backend, { lockMs: 60_000 });
      const saved = await test.plan(terraform);

      const late = terraform.apply(saved, { ...limits, startBefore: Date.now() - 1 });
      await expect(late).rejects.toMatchObject({ notStarted: expect.stringContaining('too late') });
      await expect(late).rejects.toBeInstanceOf(CommandFailed);
      expect(await test.records.all()).toEqual([]);

      server.lock = {
        ID: '0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10',
        Operation: 'OperationTypeApply',
        Who: 'ops@elsewhere',
        Version: '1.11.4',
        Created: '2026-11-22T08:14:05.123456Z',
      };
      const locked = terraform.apply(saved, { ...limits, startBefore: Date.now() + 60_000 });
      expect(await reasonOf(locked)).toMatchObject({ kind: 'terraform-locked' });
      expect(server.state).toBeUndefined();

      server.lock = undefined;
      await terraform.apply(saved, { ...limits, startBefore: Date.now() + 60_000 });
      expect((await terraform.pull(limits))?.header.serial).toBeGreaterThan(0);
    },
    aRun,
  );
});
