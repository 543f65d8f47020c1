import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toolPath } from '../../../src/tools/tool-path.js';
import { TestTerraform, reasonOf, twoMachines } from './a-terraform.js';

const aRun = 120_000;
const variable = 'SLIPWAY_BIN_TERRAFORM_1_11_4';

/** HCP Terraform's saved plan: a note with its location (internal/cloud/cloudplan of github.com/hashicorp/terraform). */
const note = '{"remote_plan_format":1,"run_id":"run-GXfuHMkbyHccAGUg","hostname":"app.terraform.io"}';
/** The message of the backend `remote` for a workspace that runs its plans there. */
const refused = JSON.stringify({
  '@level': 'error',
  '@message': 'Error: Saving a generated plan is currently not supported',
  type: 'diagnostic',
  diagnostic: {
    severity: 'error',
    summary: 'Saving a generated plan is currently not supported',
    detail: "The 'remote' backend does not support saving the generated execution plan locally at this time.",
  },
});

/** Only here: a plan of the remote service. The service is not available in a test, so the wrapper program simulates it. */
describe('the real terraform, and a workspace whose plans run elsewhere', () => {
  let test: TestTerraform;
  let before: string | undefined;

  beforeEach(async () => {
    before = process.env[variable];
    test = await TestTerraform.make(twoMachines('local'));
  }, aRun);
  afterEach(async () => {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
    await test.end();
  });

  it.each([
    ['a note in the place of a plan', `printf '%s' '${note}' > "\${argument#-out=}"; exit 2`, 'local'],
    ['an error of the backend remote', `cat '$ROOT/said'; exit 1`, 'remote'],
  ])(
    'is refused: %s',
    async (_, plans, backend) => {
      const real = await toolPath('terraform', '1.11.4');
      test.file('said', `${refused}\n`);
      const script = test.file(
        'terraform-elsewhere',
        `#!/bin/sh\nfor argument in "$@"; do case "$argument" in -out=*) ${plans.replace('$ROOT', test.root)};; esac; done\nexec '${real}' "$@"\n`,
      );
      chmodSync(script, 0o755);
      process.env[variable] = script;
      const local = [{ file: test.file('backend', `path = "${test.root}/terraform.tfstate"\n`) }];
      const terraform = await test.ready('terraform', { version: '1.11.4', backend: local });
      expect(await reasonOf(test.plan(terraform))).toEqual({ kind: 'terraform-remote-execution', backend });
    },
    aRun,
  );
});
