#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { forwardSignals, runChild, throwIfStopped } from './child.mjs';
import { inProject, say, SetupStopped } from './project.mjs';

const jest = ['--experimental-vm-modules', '--no-warnings', inProject('node_modules/jest/bin/jest.js')];

/** What `npm test` runs after the set-up, in this order; it ends at the first that fails. */
const stages = [
  { name: 'check', args: [inProject('setup/check.mjs')], needs: 'setup/check.mjs' },
  {
    name: 'scenarios',
    args: [...jest, '--config', inProject('jest.scenarios.config.mjs')],
    needs: 'dist/test/scenarios',
  },
];

async function test() {
  for (const { name, args, needs } of stages) {
    if (!existsSync(inProject(needs)))
      throw new SetupStopped(`${name}: ${needs} is not here, so nothing was tested.`);
    const { code } = await runChild(process.execPath, args);
    throwIfStopped();
    if (code !== 0) throw new SetupStopped(`npm test ended at: ${name}.`, code);
  }
}

forwardSignals();
try {
  await test();
} catch (error) {
  if (!(error instanceof SetupStopped)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
