import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { StepFolder } from '../../../src/tools/step-folder.js';
import { runTerraform, type TerraformRoot } from '../../../src/tools/terraform/terraform-root.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-hanging-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A Terraform whose provider never responds, and which ignores signals. */
function hanging(): string {
  const program = path.join(folder, 'terraform');
  writeFileSync(program, `#!/bin/sh\ntrap '' INT TERM\necho $$ > pid\nwhile :; do sleep 0.1; done\n`);
  chmodSync(program, 0o755);
  return program;
}

test('a plan that will not be applied delays nobody: a process that ignores signals is killed soon', async () => {
  const step = await StepFolder.open();
  const pluginCache = path.join(folder, 'plugins');
  mkdirSync(pluginCache);
  const root = {
    program: hanging(),
    folder,
    env: {},
    workspace: 'default',
    step,
    pluginCache,
    lockMs: 'none',
  };
  // One that holds a lock has a quarter of an hour to write its state, far longer than a test may take.
  await expect(
    runTerraform(root as unknown as TerraformRoot, ['plan'], { timeoutMs: 2_000 }),
  ).rejects.toMatchObject({ timedOut: true });
  const pid = Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await step.close();
});
