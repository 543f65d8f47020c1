import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { instancesOf } from '../../../src/planning/terraform/state-instances.js';
import { openEncrypted } from '../../../src/tools/etcd-snapshot.js';
import { TestTerraform, limits, reasonOf, tools, twoMachines, vm } from './a-terraform.js';

const aRun = 120_000;
const password = 'correct horse battery staple';

describe.each(tools)('the real %s with a local state', (tool) => {
  let test: TestTerraform;
  let local: object;
  let state: string;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('local'));
    state = path.join(test.root, 'terraform.tfstate');
    local = { backend: [{ file: test.file('backend', `path = "${state}"\n`) }] };
  }, aRun);
  afterEach(() => test.end());

  const made = async (more: object = {}) => {
    const terraform = await test.ready(tool, { ...local, ...more });
    await test.apply(terraform, await test.plan(terraform));
    return terraform;
  };

  it(
    'finds nothing to do where nothing is',
    async () => {
      const terraform = await made();
      const { changes, plan } = await test.plan(terraform);
      expect(changes).toBe(false);
      expect(plan.resource_changes?.map(({ change }) => change.actions)).toEqual([['no-op'], ['no-op']]);
    },
    aRun,
  );

  it(
    'replaces one machine, reports progress, and keeps an encrypted copy of the state',
    async () => {
      const terraform = await made();
      const before = await terraform.pull(limits);
      if (!before) throw new Error('there is no state');
      const one = vm('k8s-work-2');
      const saved = await test.plan(terraform, { replace: [one], targets: [one] });
      expect(saved.plan.resource_changes?.map(({ address, change }) => [address, change.actions])).toEqual([
        [one, ['delete', 'create']],
      ]);
      expect(saved.plan).not.toHaveProperty('variables');
      const [was] = instancesOf(await terraform.state(limits), one);
      await test.apply(terraform, saved);
      expect(test.said).toEqual(
        expect.arrayContaining([
          `${tool} is destroying ${one}`,
          `${tool} has destroyed ${one} after 0 s`,
          `${tool} is creating ${one}`,
          `${tool} has created ${one} after 0 s`,
        ]),
      );
      const [is] = instancesOf(await terraform.state(limits), one);
      expect(is?.id).not.toBe(was?.id);
      const after = await terraform.pull(limits);
      expect(after?.header).toMatchObject({ lineage: before.header.lineage });
      expect(after?.header.serial).toBeGreaterThan(before.header.serial);

      const { file } = await terraform.backUp(before);
      expect(path.dirname(file)).toBe(path.join(test.root, 'snapshots', 'terraform'));
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const clear = path.join(test.root, 'opened');
      await openEncrypted(file, [test.identity], clear);
      expect(readFileSync(clear, 'utf8')).toBe(before.text);
      expect(await test.records.of('')).toEqual([]);
      expect(readdirSync(path.join(test.root, 'records'))).toEqual([]);
    },
    aRun,
  );

  it(
    'reports the writer of the state, where the program itself accepts a newer one’s',
    async () => {
      const terraform = await made();
      const newer = JSON.parse(readFileSync(state, 'utf8')) as object;
      writeFileSync(state, JSON.stringify({ ...newer, terraform_version: '1.99.0' }));
      expect((await terraform.state(limits)).terraform_version).toBe('1.99.0');
      expect((await terraform.pull(limits))?.text).not.toContain('1.99.0');
      expect((await test.plan(terraform)).changes).toBe(false);
    },
    aRun,
  );

  it(
    'refuses a saved plan when the state was written since',
    async () => {
      const terraform = await test.ready(tool, local);
      const [first, second] = [await test.plan(terraform), await test.plan(terraform)];
      await test.apply(terraform, first);
      expect(await reasonOf(test.apply(terraform, second))).toEqual({ kind: 'terraform-plan-stale', tool });
    },
    aRun,
  );

  it(
    'reports why there is no plan',
    async () => {
      test.write('infra/more.tf', 'output "x" { value = terraform_data.nobody.id }\n');
      test.commitAll();
      const terraform = await test.ready(tool, local);
      expect(await reasonOf(test.plan(terraform))).toEqual({
        kind: 'terraform-plan-failed',
        tool,
        messages: [expect.stringMatching(/^Reference to undeclared resource: .*"terraform_data" "nobody"/)],
        count: 1,
      });
    },
    aRun,
  );

  it(
    'leaves a machine tainted whose making failed, and repeats no secret of what its provisioner printed',
    async () => {
      process.env['SLIPWAY_TEST_TOKEN'] = 'user@pve!token=0af5-31';
      const terraform = await test.ready(tool, {
        ...local,
        variables: {
          talos: 'talos_version',
          files: [{ file: test.file('secret', `password = "${password}"\n`) }],
        },
        env: { PROXMOX_VE_API_TOKEN: { env: 'SLIPWAY_TEST_TOKEN' } },
      });
      const making = `echo "401 for $PROXMOX_VE_API_TOKEN and <${password}>" >&2; exit 7`;
      const saved = await test.plan(terraform, { values: { making }, targets: [vm('k8s-work-1')] });
      const reason = await reasonOf(test.apply(terraform, saved));
      expect(reason).toEqual({
        kind: 'terraform-apply-failed',
        tool,
        count: 1,
        messages: [
          expect.stringMatching(
            /^terraform_data\.vm\["k8s-work-1"\]: local-exec provisioner error: .*exit status 7/,
          ),
        ],
      });
      const all = JSON.stringify([reason, test.said]);
      expect(all).toContain('401 for [redacted] and <[redacted]>');
      expect(all).not.toMatch(/0af5|staple/);
      expect(instancesOf(await terraform.state(limits), vm('k8s-work-1'))).toMatchObject([{ tainted: true }]);
    },
    aRun,
  );

  it(
    'uses the given workspace, and refuses a missing one',
    async () => {
      const folder = path.join(test.root, 'workspaces');
      const more = {
        workspace: 'prox-ops',
        backend: [{ file: test.file('workspaces.hcl', `workspace_dir = "${folder}"\n`) }],
      };
      expect(await reasonOf(test.ready(tool, more))).toMatchObject({
        kind: 'terraform-init-failed',
        tool,
        why: 'there is no workspace prox-ops; there is default',
      });
      expect(existsSync(folder)).toBe(false);
      const file = path.join(folder, 'prox-ops', 'terraform.tfstate');
      const empty = {
        version: 4,
        terraform_version: '1.9.8',
        serial: 1,
        lineage: 'l',
        outputs: {},
        resources: [],
      };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(empty));
      const terraform = await test.ready(tool, more);
      expect((await terraform.pull(limits))?.header.lineage).toBe('l');
    },
    aRun,
  );

  it.each([
    ['no path', '# nothing\n', {}],
    ['a path beside the configuration', 'path = "terraform.tfstate"\n', { found: 'terraform.tfstate' }],
  ])(
    'refuses a state that would go with its checkout: %s',
    async (_, text, more) => {
      const backend = [{ file: test.file('backend', text) }];
      expect(await reasonOf(test.ready(tool, { backend }))).toEqual({
        kind: 'terraform-local-state',
        setting: 'path',
        ...more,
      });
    },
    aRun,
  );

  it(
    'applies the version of a hop though Git names another, with an ephemeral variable from a file',
    async () => {
      test.write('infra/versions.auto.tfvars', 'talos_version = "v1.13.7"\n');
      // Older versions have none.
      test.write('infra/token.tf', 'variable "token" {\n  type = string\n  ephemeral = true\n}\n');
      test.commitAll();
      const files = [{ file: test.file('token', 'token = "ephemeral-token"\nmaking = "true"\n') }];
      const terraform = await test.ready(tool, { ...local, variables: { talos: 'talos_version', files } });
      await test.apply(terraform, await test.plan(terraform, { values: { talos_version: 'v1.12.6' } }));
      expect((await terraform.pull(limits))?.text).toContain('v1.12.6');
    },
    aRun,
  );

  it(
    'says so where the configuration wants another version',
    async () => {
      // OpenTofu ignores a .tf file's requirement on Terraform's version.
      const file = tool === 'tofu' ? 'infra/more.tofu' : 'infra/more.tf';
      test.write(file, 'terraform {\n  required_version = "< 1.2.0"\n}\n');
      test.commitAll();
      expect(await reasonOf(test.ready(tool, local))).toMatchObject({
        kind: 'terraform-program',
        tool,
        why: expect.stringMatching(/required_version = "< 1\.2\.0".*version constraint/),
      });
    },
    aRun,
  );

  it(
    'answers an empty state where there is none, and plans by values written as JSON',
    async () => {
      const files = [{ file: test.file('values', '{ "making": "true" }') }];
      const terraform = await test.ready(tool, { ...local, variables: { talos: 'talos_version', files } });
      expect(await terraform.pull(limits)).toBeUndefined();
      expect(instancesOf(await terraform.state(limits), 'terraform_data.vm')).toEqual([]);
      expect((await test.plan(terraform)).changes).toBe(true);
      expect(existsSync(state)).toBe(false);
    },
    aRun,
  );
});
