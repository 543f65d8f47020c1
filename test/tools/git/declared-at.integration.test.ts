import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { declaringCommit, inventoryAt, type InventoryAtCommit } from '../../../src/tools/git/declared-at.js';
import { GitMirror } from '../../../src/tools/git/mirror.js';
import { changedText } from '../../inventory/an-inventory.js';
import { ARepository } from './a-repository.js';

const file = 'clusters/atlas/slipway.yaml';
const says = (talos: string, observe = '30s'): Record<string, string> => ({
  [file]: changedText((draft) => {
    draft.setIn(['versions', 'talos'], talos);
    draft.setIn(['limits'], draft.createNode({ observe }));
  }),
});
const talosOf = (found: InventoryAtCommit): string | undefined =>
  found.ok === true ? found.inventory.versions.talos : undefined;

let root: string;
let repository: ARepository;
let mirror: GitMirror;
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'slipway-test-declared-'));
  repository = new ARepository(path.join(root, 'home-ops'));
  mirror = new GitMirror({
    url: `file://${repository.folder}`,
    allow: ['file'],
    folder: path.join(root, 'mirrors'),
  });
});
afterEach(() => rmSync(root, { recursive: true }));

/** Since when the branch has declared its Talos, and what it declared before. */
async function since(): Promise<{ commit: string; before: InventoryAtCommit }> {
  const head = await mirror.fetchBranch('main');
  const now = await inventoryAt(mirror, head, file);
  const files = now.ok === true ? now.files : [];
  const { commit, parent } = await declaringCommit(
    mirror,
    { head, file, files },
    (other) => talosOf(other) === talosOf(now),
  );
  return { commit, before: parent };
}

describe('the commit that declared what is declared', () => {
  test('is the last that changed it, despite later commits', async () => {
    repository.commit('first', says('v1.12.6'));
    const bump = repository.commit('bump', says('v1.12.7'));
    repository.commit('limits', says('v1.12.7', '60s'));
    repository.commit('words', { 'README.md': 'hello' });
    const { commit, before } = await since();
    expect([commit, talosOf(before)]).toEqual([bump, 'v1.12.6']);
  });

  test('is the merge, where a pull request of several commits was merged', async () => {
    repository.commit('first', says('v1.12.6'));
    repository.git('checkout', '-q', '-b', 'topic');
    repository.commit('bump', says('v1.12.7'));
    repository.commit('bump again', says('v1.12.8'));
    repository.git('checkout', '-q', 'main');
    repository.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    const { commit, before } = await since();
    expect([commit, talosOf(before)]).toEqual([repository.git('rev-parse', 'HEAD'), 'v1.12.6']);
  });

  test('is the second of two that say the same, where it rolled back in between', async () => {
    repository.commit('first', says('v1.12.6'));
    repository.commit('bump', says('v1.12.7'));
    repository.commit('revert', says('v1.12.6'));
    const again = repository.commit('bump again', says('v1.12.7'));
    expect((await since()).commit).toBe(again);
  });

  test('is the first where there was nothing before, and the fixing commit where it could not be read before', async () => {
    const first = repository.commit('first', says('v1.12.6'));
    expect(await since()).toEqual({ commit: first, before: { ok: 'absent' } });
    repository.commit('broken', { [file]: 'cluster: [' });
    const mend = repository.commit('mend', says('v1.12.6'));
    expect(await since()).toMatchObject({ commit: mend, before: { ok: false } });
  });

  test('is the oldest commit that was read, where none of many differs', async () => {
    repository.commit('first', says('v1.12.6'));
    repository.commit('bump', says('v1.12.7'));
    for (let n = 1; n <= 51; n += 1) repository.commit(`limits ${n}`, says('v1.12.7', `${60 + n}s`));
    const { commit, before } = await since();
    expect(repository.git('log', '-1', '--format=%s', commit)).toBe('limits 2');
    expect(talosOf(before)).toBe('v1.12.7');
  });
});
