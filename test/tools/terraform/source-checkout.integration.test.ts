import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkOut } from '../../../src/tools/terraform/source-checkout.js';
import { openTerraform } from '../../../src/tools/terraform/open-terraform.js';
import { TestTerraform, reasonOf, twoMachines } from './a-terraform.js';

describe('the checkout of a configuration', () => {
  let test: TestTerraform;
  let into: string;

  beforeEach(async () => {
    test = await TestTerraform.make(twoMachines('local'));
    into = path.join(test.root, 'into');
    mkdirSync(into);
  });
  afterEach(() => test.end());

  const source = (more: object = {}) => ({
    repository: test.base,
    commit: test.commit,
    folder: 'infra',
    ...more,
  });

  it('is that of the commit, despite the working tree and later commits', async () => {
    test.write('infra/later.tf', '');
    const { commit } = test;
    test.commitAll();
    test.write('infra/dirty.tf', '');
    const folder = await checkOut(source({ commit }), into);
    expect(readFileSync(path.join(folder, 'main.tf'), 'utf8')).toBe(twoMachines('local'));
    expect(existsSync(path.join(folder, 'later.tf'))).toBe(false);
    expect(existsSync(path.join(folder, 'dirty.tf'))).toBe(false);
  });

  it('comes from a mirror on this disk, though no branch of it leads to the commit', async () => {
    const { commit } = test;
    const mirror = path.join(test.root, 'mirror.git');
    test.git('clone', '--quiet', '--bare', test.base, mirror);
    test.git('-C', mirror, 'update-ref', '-d', 'refs/heads/main');
    const folder = await checkOut(source({ repository: mirror, commit }), into);
    expect(readFileSync(path.join(folder, 'main.tf'), 'utf8')).toBe(twoMachines('local'));
  });

  it('runs nothing of the repository', async () => {
    test.write('.git/hooks/post-checkout', `#!/bin/sh\ntouch '${test.root}/ran'\n`);
    test.git('config', 'core.hooksPath', '.git/hooks');
    await checkOut(source(), into);
    expect(existsSync(path.join(test.root, 'ran'))).toBe(false);
  });

  it('is refused where the commit is not there', async () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    expect(await reasonOf(checkOut(source({ commit }), into))).toEqual({
      kind: 'terraform-source',
      repository: test.base,
      commit,
      why: expect.stringMatching(/0123456789abcdef/),
    });
  });

  it('is refused where the repository is missing, without repeating its password', async () => {
    const repository = 'https://ops:correct-horse@127.0.0.1:1/prox-ops.git';
    const reason = await reasonOf(checkOut(source({ repository }), into));
    expect(reason).toMatchObject({
      kind: 'terraform-source',
      repository: 'https://127.0.0.1:1/prox-ops.git',
      why: expect.stringMatching(/unable to access/),
    });
    expect(JSON.stringify(reason)).not.toContain('horse');
  });

  it.each(['../elsewhere', '..', '/etc'])(
    'is refused where the folder %s leads out of it',
    async (folder) => {
      expect(await reasonOf(checkOut(source({ folder }), into))).toMatchObject({
        why: `terraform.source.folder ${folder} leads out of the repository`,
      });
      expect(existsSync(path.join(into, 'source'))).toBe(false);
    },
  );

  it('is refused where a link leads out of it', async () => {
    symlinkSync('/etc', path.join(test.base, 'link'));
    test.commitAll();
    expect(await reasonOf(checkOut(source({ folder: 'link' }), into))).toMatchObject({
      why: 'terraform.source.folder link leads out of the repository',
    });
  });

  it('is refused where the folder is not there', async () => {
    expect(await reasonOf(checkOut(source({ folder: 'nowhere' }), into))).toMatchObject({
      why: 'there is no folder nowhere in it',
    });
  });

  it('comes from the folder of slipway.yaml, though credentials are elsewhere', async () => {
    const credentials = path.join(test.root, 'credentials');
    mkdirSync(credentials);
    writeFileSync(path.join(credentials, 'backend'), 'path = "/srv/x"\n');
    const options = await test.options({ base: credentials, home: test.base });
    await openTerraform(test.section('terraform', { backend: [{ file: 'backend' }] }), options);
    expect(existsSync(path.join(options.step.folder, 'source', 'infra', 'main.tf'))).toBe(true);
  });

  it('does not start while slipway.yaml is not committed', async () => {
    const opened = openTerraform(test.section('terraform'), await test.options({ commit: undefined }));
    expect(await reasonOf(opened)).toEqual({
      kind: 'terraform-commit-unknown',
      file: path.join(test.base, 'slipway.yaml'),
    });
  });
});
