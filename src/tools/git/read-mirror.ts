import path from 'node:path';
import type { FetchNamedFile } from '../../inventory/named-files.js';
import { GitFailed } from './git-failed.js';
import type { GitMirror } from './mirror.js';
import { commitId, pathInside } from './names.js';

/** A file in a commit, or why it cannot be read. */
export type FileAtCommit =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string };

/** The largest file that is read. An inventory of 2,000 nodes has a third of that. */
const bytesMax = 1024 * 1024;

/** Reads one file of a fetched commit. Links are not followed. @throws GitFailed */
export async function fileAt(
  mirror: GitMirror,
  commit: string,
  name: string,
  max = bytesMax,
): Promise<FileAtCommit> {
  const file = pathInside(name);
  const { stdout } = await mirror.look(['ls-tree', '-z', '-l', '--full-tree', commitId(commit), '--', file]);
  if (stdout === '') return { kind: 'absent' };
  const [mode, type, object, size] = stdout.slice(0, stdout.indexOf('\t')).split(/ +/);
  if (type !== 'blob' || object === undefined) return refused('it is a folder, or another repository');
  if (mode === '120000') return refused('it is a link, and links are not followed');
  const bytes = Number(size);
  if (bytes > max) return refused(`it has ${bytes} bytes, and at most ${max} are read`);
  const { stdout: text } = await mirror.look(['cat-file', 'blob', object], { maxBytes: max });
  return { kind: 'read', text };
}

function refused(why: string): FileAtCommit {
  return { kind: 'refused', why };
}

/** Reads the files an inventory names, from the same commit. @param inventory its own path in the repository. */
export function filesAtCommit(mirror: GitMirror, commit: string, inventory: string): FetchNamedFile {
  return async (name) => {
    try {
      const file = await fileAt(mirror, commit, path.posix.join(path.posix.dirname(inventory), name));
      if (file.kind === 'read') return { text: file.text };
      return { unreadable: file.kind === 'refused' ? file.why : `it is not there at ${commit.slice(0, 12)}` };
    } catch (error) {
      // Where git itself failed the file's content is unknown.
      if (error instanceof GitFailed && error.problem === 'refused')
        return { unreadable: 'it leads out of the repository' };
      throw error;
    }
  };
}

/** The newest common ancestor of two commits; undefined: none. @throws GitFailed `absent` for one that was not fetched */
export async function mergeBase(mirror: GitMirror, a: string, b: string): Promise<string | undefined> {
  const { stdout, exitCode } = await mirror.look(['merge-base', commitId(a), commitId(b)], {
    acceptExitCodes: [0, 1],
  });
  return exitCode === 0 ? commitId(stdout.trim()) : undefined;
}

/** Whether one commit equals the other, or is its ancestor. @throws GitFailed `absent` for one that was not fetched */
export async function isAncestor(mirror: GitMirror, older: string, newer: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', commitId(older), commitId(newer)];
  const { exitCode } = await mirror.look(args, { acceptExitCodes: [0, 1] });
  return exitCode === 0;
}

/** One commit of a branch. */
export interface Commit {
  readonly id: string;
  /** More than one: a merge. */
  readonly parents: readonly string[];
  /** When it was made, ISO 8601, as its maker's clock had it. */
  readonly at: string;
  /** The author name in the commit, unverified. At most 100 characters. */
  readonly by: string;
  /** Its first line; at most 300 characters. */
  readonly subject: string;
}

/** The commits of a branch between two, newest first. */
export interface CommitsSince {
  readonly commits: readonly Commit[];
  /** True when older ones exist that are not listed. */
  readonly more: boolean;
}

const commitsMax = 200;

/**
 * The commits that a branch gained since a commit: merges and direct commits, without those a merge brought.
 *
 * @param since undefined: the whole history.
 * @throws GitFailed `absent` for a commit that was not fetched.
 */
export async function commitsSince(
  mirror: GitMirror,
  since: string | undefined,
  until: string,
  max = commitsMax,
): Promise<CommitsSince> {
  const { stdout } = await mirror.look(
    [
      'log',
      '-z',
      '--first-parent',
      `--max-count=${max + 1}`,
      '--format=%H%x1f%P%x1f%cI%x1f%<(100,trunc)%an%x1f%<(300,trunc)%s',
      commitId(until),
      ...(since === undefined ? [] : [`^${commitId(since)}`]),
      '--',
    ],
    { maxBytes: (max + 1) * 2000 },
  );
  const commits = stdout
    .split('\0')
    .filter((record) => record !== '')
    .map(commitOf);
  return { commits: commits.slice(0, max), more: commits.length > max };
}

function commitOf(record: string): Commit {
  const [id = '', parents = '', at = '', by = '', subject = ''] = record.split('\u001f');
  return {
    id: commitId(id.trim()),
    parents: parents.split(' ').filter((parent) => parent !== ''),
    at,
    by: plain(by, 100),
    subject: plain(subject, 300),
  };
}

function plain(text: string, max: number): string {
  return text
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, max);
}
