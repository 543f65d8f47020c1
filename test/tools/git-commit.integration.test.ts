import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { commitOf, commitOfAll } from '../../src/tools/git-commit.js';
import { ARepository } from './git/a-repository.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-commit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an inventory and the file with its version stand at a commit only together', async () => {
  const repository = new ARepository(path.join(folder, 'a'));
  const commit = repository.commit('both', { 'clusters/slipway.yaml': 'a', 'terraform/variables.tf': 'b' });
  const files = ['clusters/slipway.yaml', 'terraform/variables.tf'].map((name) =>
    path.join(repository.folder, name),
  );
  expect(await commitOfAll(files)).toBe(commit);
  writeFileSync(files[1] ?? '', 'changed, and not committed');
  expect(await commitOf(files[0] ?? '')).toBe(commit);
  expect(await commitOfAll(files)).toBeUndefined();
});

test('files of two repositories stand at none', async () => {
  const files = ['a', 'b'].map((name) => {
    const repository = new ARepository(path.join(folder, name));
    repository.commit(name, { file: name });
    return path.join(repository.folder, 'file');
  });
  expect(await commitOfAll(files)).toBeUndefined();
  expect(await commitOfAll(files.slice(0, 1))).toMatch(/^[0-9a-f]{40}$/);
});
