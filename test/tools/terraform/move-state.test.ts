import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEncrypted } from '../../../src/tools/etcd-snapshot.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { TestTerraform, limits, tools, twoMachines } from './a-terraform.js';
import { bucket, type StatePlace } from './state-places.js';

const aRun = 240_000;

/** The commands in docs/terraform.md, and that Slipway works with the state before and after. */
describe.each(tools)('a state that a person moves, with %s', (tool) => {
  let test: TestTerraform;
  let place: StatePlace;
  let program: string;
  let backend: string;

  beforeEach(async () => {
    const local = `path = "${path.join('..', '..', 'terraform.tfstate')}"`;
    const configuration = twoMachines('local').replace('backend "local" {}', `backend "local" { ${local} }`);
    [test, place, program] = await Promise.all([TestTerraform.make(configuration), bucket(), toolPath(tool)]);
    backend = test.file('state.s3.tfbackend', place.settings);
    type('init');
    type('apply', '-auto-approve', '-var=talos_version=v1.12.1');
  }, aRun);
  afterEach(async () => {
    await place.end();
    await test.end();
  });

  const type = (...args: string[]): string =>
    execFileSync(program, [...args, ...(args[0] === 'state' ? [] : ['-input=false', '-no-color'])], {
      cwd: path.join(test.base, 'infra'),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: test.root,
        CHECKPOINT_DISABLE: '1',
        ...Object.fromEntries(Object.entries(place.env).map(([name, text]) => [name, text.trim()])),
      },
    });
  const list = (): string[] => type('state', 'list').trim().split('\n').toSorted();
  const rewrite = (change: (text: string) => string): void => {
    const file = path.join(test.base, 'infra', 'main.tf');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const section = (): object => ({
    backend: [{ file: backend }],
    env: Object.fromEntries(
      Object.entries(place.env).map(([name, text]) => [name, { file: test.file(name, text) }]),
    ),
  });

  it(
    'to S3 holds what it held, is what Slipway works with, and comes back',
    async () => {
      const before = list();
      const header = (): unknown => (JSON.parse(type('state', 'pull')) as { lineage: string }).lineage;
      rewrite((text) => text.replace(/backend "local" \{.*\}/, 'backend "s3" {}'));
      type('init', '-migrate-state', '-force-copy', `-backend-config=${backend}`);
      expect(list()).toEqual(before);
      const detailed = type('plan', '-detailed-exitcode', '-var=talos_version=v1.12.1');
      expect(detailed).toContain('No changes.');

      test.commitAll();
      const terraform = await test.ready(tool, section());
      expect((await test.plan(terraform)).changes).toBe(false);
      // The state has another lineage since: an earlier run's record belongs to another state.
      expect((await terraform.pull(limits))?.header.lineage).toBe(header());

      test.git('checkout', 'HEAD~1', '--', 'infra/main.tf');
      rmSync(path.join(test.root, 'terraform.tfstate'));
      type('init', '-migrate-state', '-force-copy');
      expect(list()).toEqual(before);
    },
    aRun,
  );

  it(
    'back to what Slipway kept before an apply, is that state again',
    async () => {
      rewrite((text) => text.replace(/backend "local" \{.*\}/, 'backend "s3" {}'));
      type('init', '-migrate-state', '-force-copy', `-backend-config=${backend}`);
      test.commitAll();
      const terraform = await test.ready(tool, section());
      const before = await terraform.pull(limits);
      if (!before) throw new Error('there is no state');
      const { file } = await terraform.backUp(before);
      type('apply', '-auto-approve', '-var=talos_version=v1.13.7');

      const restored = path.join(test.root, 'restored.tfstate');
      await openEncrypted(file, [test.identity], restored);
      expect(() => type('state', 'push', restored)).toThrow(/serial/);
      type('state', 'push', '-force', restored);
      const after = await terraform.pull(limits);
      expect(after?.header.lineage).toBe(before.header.lineage);
      expect(JSON.parse(after?.text ?? '')).toMatchObject({
        resources: (JSON.parse(before.text) as { resources: unknown }).resources,
      });
    },
    aRun,
  );
});

/** The first step of docs/terraform.md, in the layout it begins with: no block sets the backend. */
describe.each(tools)('a state beside the configuration, with %s', (tool) => {
  const page = readFileSync(path.join(projectRoot, 'docs', 'terraform.md'), 'utf8');
  const step = /^\*\*1\. [^]*?^```hcl\n([^]*?)^```$[^]*?^```\n([^]*?)^```$/m.exec(page);
  const [, block = '', lines = ''] = step ?? [];
  let test: TestTerraform;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('local').replace('backend "local" {}', ''));
  }, aRun);
  afterEach(() => test.end());

  it(
    'is moved by what the page says to type, and is what Slipway works with from then on',
    async () => {
      const programs = path.join(test.root, 'programs');
      mkdirSync(programs);
      symlinkSync(await toolPath(tool), path.join(programs, 'terraform'));
      const type = (command: string, input = ''): string =>
        execFileSync('bash', ['-euc', command], {
          cwd: test.base,
          encoding: 'utf8',
          input,
          stdio: ['pipe', 'pipe', 'pipe'],
          env: { PATH: `${programs}:${process.env['PATH']}`, HOME: test.root, CHECKPOINT_DISABLE: '1' },
        });
      test.git('mv', 'infra', 'terraform');
      test.write('.gitignore', 'secrets/\n.terraform/\n*.tfvars\n*.tfstate*\n');
      test.write('terraform/terraform.tfvars', 'talos_version = "v1.12.1"\n');
      type('terraform -chdir=terraform init && terraform -chdir=terraform apply -auto-approve');
      const before = type('terraform -chdir=terraform state list');

      test.write('terraform/versions.tf', block);
      const commands = lines.replaceAll(/^\$ /gm, '').replace('/var/lib/slipway', test.root);
      expect(commands).toContain(test.root);
      const said = type(commands, 'yes\n');
      expect(before).toContain('k8s-work-1');
      expect(said.slice(-before.length)).toBe(before);

      test.commitAll();
      const terraform = await test.ready(tool, {
        source: { folder: 'terraform' },
        backend: [{ file: 'secrets/state.tfbackend' }],
        variables: { talos: 'talos_version', files: [{ file: 'secrets/terraform.tfvars' }] },
      });
      expect((await test.plan(terraform)).changes).toBe(false);
    },
    aRun,
  );
});
