import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mistakeLine, readInventory } from '../../../src/inventory/load.js';
import { GitFailed } from '../../../src/tools/git/git-failed.js';
import { GitMirror } from '../../../src/tools/git/mirror.js';
import {
  commitsSince,
  fileAt,
  filesAtCommit,
  isAncestor,
  mergeBase,
} from '../../../src/tools/git/read-mirror.js';
import { changedText } from '../../inventory/an-inventory.js';
import { ARepository } from './a-repository.js';

let folder = '';
let repository: ARepository;
let mirror: GitMirror;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-git-'));
  repository = new ARepository(path.join(folder, 'home-ops'));
  mirror = new GitMirror({ folder: path.join(folder, 'data'), url: repository.folder, allow: ['file'] });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file at a commit', () => {
  test('is read as it was committed, names with blanks, stars and letters of any kind too', async () => {
    const names = ['plain', 'a b/c d.yaml', 'st*r', ':(top)magic', 'ünïcode', '-dash', 'a\tb\nc'];
    const at = repository.commit('files', Object.fromEntries(names.map((name) => [name, `in ${name}`])));
    await mirror.fetchBranch('main');
    for (const name of names)
      expect(await fileAt(mirror, at, name)).toEqual({ kind: 'read', text: `in ${name}` });
    expect(await fileAt(mirror, at, './a b/../plain')).toEqual({ kind: 'read', text: 'in plain' });
    expect(await fileAt(mirror, at, 'st?r')).toEqual({ kind: 'absent' });
    expect(await fileAt(mirror, at, 'nothing')).toEqual({ kind: 'absent' });
  });

  test('that is a link, a folder or too large is refused', async () => {
    symlinkSync('/etc/passwd', path.join(repository.folder, 'link'));
    const at = repository.commit('files', { 'folder/a': 'a', large: 'x'.repeat(101) });
    await mirror.fetchBranch('main');
    expect(await fileAt(mirror, at, 'link')).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^it is a link/),
    });
    expect(await fileAt(mirror, at, 'folder')).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/^it is a folder/),
    });
    expect(await fileAt(mirror, at, 'large', 100)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(/has 101 bytes/),
    });
    expect(await fileAt(mirror, at, 'large', 101)).toMatchObject({ kind: 'read' });
  });

  test.each(['', '.', '/etc/passwd', '../x', 'a/../../x', 'a/', 'a\0b', 'x'.repeat(1001)])(
    'is not looked for at %j',
    async (name) => {
      const at = repository.commit('first');
      await mirror.fetchBranch('main');
      await expect(fileAt(mirror, at, name)).rejects.toMatchObject({ problem: 'refused' });
    },
  );

  test('of a commit that was not fetched is a failure, not an absent file', async () => {
    repository.commit('first');
    await mirror.fetchBranch('main');
    const later = repository.commit('later', { a: 'a' });
    await expect(fileAt(mirror, later, 'a')).rejects.toThrow(GitFailed);
  });
});

describe('an inventory in a commit', () => {
  const terraform = 'talos_version = "1.12.6"\n';
  const source = { file: '../../terraform/variables.tf', variable: 'talos_version' };

  async function at(name: string, talos: unknown) {
    const text = changedText((draft) => draft.setIn(['versions', 'talos'], talos));
    const commit = repository.commit('declared', { [name]: text, 'terraform/variables.tf': terraform });
    await mirror.fetchBranch('main');
    return readInventory(text, name, filesAtCommit(mirror, commit, name));
  }

  test('has the versions its files have there', async () => {
    const loaded = await at('clusters/atlas/slipway.yaml', source);
    if (!loaded.ok) throw new Error(loaded.mistakes.map(mistakeLine).join('\n'));
    expect(loaded.inventory.versions.talos).toBe('v1.12.6');
    repository.commit('later', { 'terraform/variables.tf': 'talos_version = "1.13.0"' });
    const again = await readInventory(
      changedText((draft) => draft.setIn(['versions', 'talos'], source)),
      'slipway.yaml',
      filesAtCommit(mirror, await mirror.fetchBranch('main'), 'clusters/atlas/slipway.yaml'),
    );
    expect(again).toMatchObject({ ok: true, inventory: { versions: { talos: 'v1.13.0' } } });
  });

  test.each<[string, string, string]>([
    ['a file that is not there', 'clusters/atlas/slipway.yaml', 'it is not there at '],
    ['a file outside of the repository', 'slipway.yaml', 'it leads out of the repository'],
  ])('is wrong where it names %s', async (_name, name, why) => {
    const file = name === 'slipway.yaml' ? source.file : '../nothing.tf';
    const loaded = await at(name, { ...source, file });
    expect(loaded).toMatchObject({ ok: false, mistakes: [{ why: expect.stringContaining(why) }] });
  });
});

describe('commits', () => {
  test('have a newest one in common, or none', async () => {
    const base = repository.commit('base');
    const left = repository.commit('left');
    repository.git('checkout', '--quiet', '-b', 'right', base);
    const right = repository.commit('right');
    repository.git('checkout', '--quiet', '--orphan', 'alone');
    const alone = repository.commit('alone');
    for (const branch of ['main', 'right', 'alone']) await mirror.fetchBranch(branch);
    expect(await mergeBase(mirror, left, right)).toBe(base);
    expect(await mergeBase(mirror, left, alone)).toBeUndefined();
    expect(await isAncestor(mirror, base, left)).toBe(true);
    expect(await isAncestor(mirror, left, left)).toBe(true);
    expect(await isAncestor(mirror, left, base)).toBe(false);
    expect(await isAncestor(mirror, right, left)).toBe(false);
    await expect(isAncestor(mirror, 'c'.repeat(40), left)).rejects.toMatchObject({ problem: 'absent' });
  });

  test('that came to a branch are merges and its own, newest first', async () => {
    const base = repository.commit('base');
    const own = repository.commit('own');
    repository.git('checkout', '--quiet', '-b', 'side', base);
    repository.commit('brought by the merge');
    const tip = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '--quiet', 'main');
    repository.git('merge', '--quiet', '--no-ff', '-m', 'Merge pull request #7', 'side');
    const merge = repository.git('rev-parse', 'HEAD');
    const head = await mirror.fetchBranch('main');
    const { commits, more } = await commitsSince(mirror, base, head);
    expect(commits.map(({ id, subject, parents }) => [id, subject, parents])).toEqual([
      [merge, 'Merge pull request #7', [own, tip]],
      [own, 'own', [base]],
    ]);
    expect(commits[0]?.by).toBe('A Person');
    expect(new Date(commits[0]?.at ?? '').getTime()).toBeGreaterThan(Date.UTC(2020));
    expect(more).toBe(false);
    expect(await commitsSince(mirror, head, head)).toEqual({ commits: [], more: false });
    expect((await commitsSince(mirror, undefined, head)).commits).toHaveLength(3);
    expect(await commitsSince(mirror, base, head, 1)).toMatchObject({ commits: [{ id: merge }], more: true });
  });

  test('stay text and short, whatever their content', async () => {
    repository.commit('base');
    repository.git('config', 'user.name', 'n'.repeat(500));
    repository.commit(`\u001b[31m\u001fred ${'x'.repeat(5000)}`);
    const head = await mirror.fetchBranch('main');
    const [newest] = (await commitsSince(mirror, undefined, head)).commits;
    expect(newest?.id).toBe(head);
    expect(newest?.subject).not.toMatch(/\p{Cc}/u);
    expect(newest?.subject.length).toBeLessThanOrEqual(300);
    expect(newest?.by.length).toBeLessThanOrEqual(100);
  });
});
