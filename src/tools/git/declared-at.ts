import path from 'node:path';
import { type LoadedInventory, readInventory } from '../../inventory/load.js';
import type { GitMirror } from './mirror.js';
import { commitId, pathInside } from './names.js';
import { fileAt, filesAtCommit } from './read-mirror.js';

/** What a commit declares for a cluster: its inventory, every mistake in it, or that there is none. */
export type InventoryAtCommit = LoadedInventory | { readonly ok: 'absent' };

/** Reads an inventory, and the files it names, as they stand in a commit that was fetched. @throws GitFailed */
export async function inventoryAt(
  mirror: GitMirror,
  commit: string,
  file: string,
): Promise<InventoryAtCommit> {
  const found = await fileAt(mirror, commit, file);
  if (found.kind === 'absent') return { ok: 'absent' };
  if (found.kind === 'refused')
    return {
      ok: false,
      mistakes: [{ path: file, what: 'it cannot be read', why: found.why, fix: 'put a file in its place' }],
    };
  return readInventory(found.text, file, filesAtCommit(mirror, commit, file));
}

/** The number of commits that are read at most; a bot bumps versions a few times a month. */
const lookedAtMax = 50;

/** Since when a branch has declared something, and what it declared before. */
export interface Declaring {
  readonly commit: string;
  /** What that commit replaced; the present declaration where none of the commits that were read differs. */
  readonly parent: InventoryAtCommit;
}

/**
 * The commit since which a branch declares what it declares now: every delivery of one merge leads to the same commit.
 *
 * @param files the files that the inventory names, relative to its folder.
 * @param same whether another inventory declares the same.
 * @throws GitFailed
 */
export async function declaringCommit(
  mirror: GitMirror,
  { head, file, files }: { readonly head: string; readonly file: string; readonly files: readonly string[] },
  same: (other: InventoryAtCommit) => boolean,
): Promise<Declaring> {
  const paths = [file, ...files.map((name) => path.posix.join(path.posix.dirname(file), name))];
  const { stdout } = await mirror.look(
    [
      'log',
      '--first-parent',
      `--max-count=${lookedAtMax}`,
      '--format=%H %P',
      commitId(head),
      '--',
      ...paths.map(pathInside),
    ],
    { maxBytes: lookedAtMax * 200 },
  );
  let oldest: Declaring = { commit: head, parent: await inventoryAt(mirror, head, file) };
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    const [commit = '', parent] = line.split(' ');
    const before: InventoryAtCommit =
      parent === undefined || parent === ''
        ? { ok: 'absent' }
        : await inventoryAt(mirror, commitId(parent), file);
    oldest = { commit: commitId(commit), parent: before };
    if (!same(before)) return oldest;
  }
  return oldest;
}
