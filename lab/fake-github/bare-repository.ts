import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { git, tryGit } from '../processes/git.js';
import { changesIn, type FileChange } from './changed-files.js';
import { LOG_FORMAT, commitsIn, type Commit } from './commits.js';

/** The author of a commit. */
export interface Committer {
  readonly name: string;
  readonly email: string;
}

/** The changes of a commit: the new content by path; null deletes the file. */
export type FileChanges = Readonly<Record<string, string | null>>;

/** How a pull request is merged. */
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** The client permissions of a repository. Refs of pull requests are read-only. */
const SERVED = {
  'http.receivepack': 'true',
  'receive.hideRefs': 'refs/pull',
  'receive.autogc': 'false',
  'uploadpack.allowTipSHA1InWant': 'true',
  'uploadpack.allowReachableSHA1InWant': 'true',
  'gc.auto': '0',
};

const LOG_MOST = 250;

/** A bare git repository on disk, changed with the real git. */
export class BareRepository {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Creates an empty one. */
  static async create(directory: string, branch: string): Promise<BareRepository> {
    mkdirSync(directory, { recursive: true });
    await git(directory, ['init', '--quiet', '--bare', `--initial-branch=${branch}`]);
    return BareRepository.#served(directory);
  }

  /** Creates one with all branches of another. */
  static async copy(from: BareRepository, directory: string): Promise<BareRepository> {
    mkdirSync(path.dirname(directory), { recursive: true });
    await git(from.directory, ['clone', '--quiet', '--bare', '--no-hardlinks', from.directory, directory]);
    return BareRepository.#served(directory);
  }

  /**
   * Creates one with another one's branches at their first parents, and nothing newer. Branches of one commit are left out. Existing
   * content of the folder is reused.
   */
  static async behind(from: BareRepository, directory: string, branch: string): Promise<BareRepository> {
    if (existsSync(directory)) return new BareRepository(directory);
    const behind = await BareRepository.create(directory, branch);
    for (const [name, sha] of await from.heads()) {
      const { code, stdout } = await tryGit(from.directory, ['rev-parse', '--verify', '--quiet', `${sha}^1`]);
      if (code !== 0) continue;
      await behind.fetch(from, stdout.trim());
      await behind.setRef(`refs/heads/${name}`, stdout.trim());
    }
    return behind;
  }

  static async #served(directory: string): Promise<BareRepository> {
    for (const [name, value] of Object.entries(SERVED)) await git(directory, ['config', name, value]);
    return new BareRepository(directory);
  }

  /** Sha by branch. */
  async heads(): Promise<ReadonlyMap<string, string>> {
    const text = await git(this.directory, [
      'for-each-ref',
      '--format=%(objectname) %(refname)',
      'refs/heads',
    ]);
    const lines = text === '' ? [] : text.split('\n');
    return new Map(
      lines.map((line) => [
        line.slice(line.indexOf(' ') + 1 + 'refs/heads/'.length),
        line.split(' ')[0] ?? '',
      ]),
    );
  }

  /** The commit that a branch, tag or (part of a) sha names. */
  async resolve(name: string): Promise<string | undefined> {
    for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
      const { code, stdout } = await tryGit(this.directory, [
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${ref}^{commit}`,
      ]);
      if (code === 0) return stdout.trim();
    }
    return undefined;
  }

  /**
   * Commits on a branch, and returns the sha. `parent`: its base, where that is not the branch's head. A parent that does not contain the
   * branch's head makes it a forced push.
   */
  async commit(change: {
    branch: string;
    parent: string | undefined;
    files: FileChanges;
    message: string;
    by: Committer;
    at: Date;
  }): Promise<string> {
    const { branch, parent, files, message, by, at } = change;
    const input = [
      `commit refs/heads/${branch}`,
      'mark :1',
      `committer ${by.name} <${by.email}> ${Math.floor(at.getTime() / 1000)} +0000`,
      data(message),
      ...(parent === undefined ? [] : [`from ${parent}`]),
      ...Object.entries(files).map(([file, content]) =>
        content === null ? `D ${quoted(file)}` : `M 100644 inline ${quoted(file)}\n${data(content)}`,
      ),
      'get-mark :1',
      '',
    ].join('\n');
    return git(this.directory, ['fast-import', '--quiet', '--force'], { input });
  }

  /** Points a branch, or another ref, at a commit; undefined deletes it. */
  async setRef(ref: string, sha: string | undefined): Promise<void> {
    await git(this.directory, sha === undefined ? ['update-ref', '-d', ref] : ['update-ref', ref, sha]);
  }

  /** Fetches a commit from another repository. */
  async fetch(from: BareRepository, sha: string): Promise<void> {
    await git(this.directory, ['fetch', '--quiet', from.directory, sha]);
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await tryGit(this.directory, ['merge-base', '--is-ancestor', older, newer])).code === 0;
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const { code, stdout } = await tryGit(this.directory, ['merge-base', one, other]);
    return code === 0 ? stdout.trim() : undefined;
  }

  /** The newest commits that `git log` lists for these arguments (`['main']`, `['a..b']`), newest first. */
  async log(revisions: readonly string[], most = LOG_MOST): Promise<Commit[]> {
    const args = ['log', `--max-count=${most}`, ...LOG_FORMAT, '--end-of-options', ...revisions, '--'];
    return commitsIn(await git(this.directory, args));
  }

  /** The changes of a branch, against its merge base with the other. */
  async changes(base: string, head: string): Promise<FileChange[]> {
    const args = ['--raw', '--numstat', '--abbrev=40', '--no-renames', `${base}...${head}`, '--'];
    return changesIn(await git(this.directory, ['diff', ...args]));
  }

  /**
   * A real merge, in its own work tree: returns the commit that would be the new head, and moves no ref. Undefined where git found a
   * conflict.
   */
  async merge(change: {
    base: string;
    head: string;
    method: MergeMethod;
    message: string;
    by: Committer;
    at: Date;
  }): Promise<string | undefined> {
    const { base, head, method, message, by, at } = change;
    const tree = path.join(this.directory, 'merging', randomUUID());
    const env = identity(by, at);
    await git(this.directory, [
      'worktree',
      'add',
      '--quiet',
      '--detach',
      tree,
      method === 'rebase' ? head : base,
    ]);
    try {
      const steps: Readonly<Record<MergeMethod, readonly (readonly string[])[]>> = {
        merge: [['merge', '--quiet', '--no-ff', '-m', message, head]],
        squash: [
          ['merge', '--quiet', '--squash', head],
          ['commit', '--quiet', '--allow-empty', '-m', message],
        ],
        rebase: [['rebase', '--quiet', '--force-rebase', base]],
      };
      for (const step of steps[method]) if ((await tryGit(tree, step, { env })).code !== 0) return undefined;
      return await git(tree, ['rev-parse', 'HEAD']);
    } finally {
      await git(this.directory, ['worktree', 'remove', '--force', tree]);
    }
  }
}

function identity(by: Committer, at: Date): Record<string, string> {
  const date = at.toISOString();
  return {
    GIT_AUTHOR_NAME: by.name,
    GIT_AUTHOR_EMAIL: by.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'The fake GitHub',
    GIT_COMMITTER_EMAIL: 'noreply@github.invalid',
    GIT_COMMITTER_DATE: date,
  };
}

/** As git's fast-import takes bytes. */
function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** A path, as git's fast-import takes it. */
function quoted(file: string): string {
  return `"${file.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
