import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../binaries/lock.js';
import { CommandFailed } from '../command-failed.js';
import type { CommandResult } from '../run-command.js';
import { GitFailed, gitFailure } from './git-failed.js';
import { type CheckedRemote, type GitRemote, checkedRemote } from './git-remote.js';
import { branchRef, commitId } from './names.js';
import { type GitCall, runGit } from './run-git.js';

/** Milliseconds: a first fetch of a large repository over a slow connection; a local read. */
const limits = { fetch: 300_000, look: 20_000, tidy: 300_000 };
/** Attempts of a fetch; before a retry it removes a leftover of a killed git. */
const attemptsMax = 5;

/** Which mirror, and how long to wait for it. */
export interface MirrorOptions extends GitRemote {
  /** The folder of all mirrors, one subfolder each. It may be deleted: everything in it can be fetched again. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/**
 * A bare copy of a repository, so that reads (read-mirror.ts) need no network. It holds fetched branches and commits, has no work tree, and
 * runs no hooks. Several processes may use one at once; writers are serialized.
 */
export class GitMirror {
  /** The bare repository on this disk. */
  readonly path: string;
  readonly #remote: CheckedRemote;
  readonly #signal: AbortSignal | undefined;

  /** @throws GitFailed `refused` for an address that may not be used. */
  constructor({ folder, signal, ...remote }: MirrorOptions) {
    this.#remote = checkedRemote(remote);
    this.#signal = signal;
    const hash = createHash('sha256').update(remote.url).digest('hex').slice(0, 16);
    const name = path.posix.basename(remote.url, '.git').replaceAll(/[^\w.-]/g, '_');
    this.path = path.join(folder, `${name.slice(-60)}-${hash}.git`);
  }

  /** The repository's name for messages. */
  get url(): string {
    return this.#remote.url;
  }

  /** Fetches a branch. @returns the commit it points at. @throws GitFailed `absent` where there is none of that name */
  async fetchBranch(branch: string): Promise<string> {
    const ref = branchRef(branch);
    const kept = ref.replace('refs/heads/', 'refs/slipway/heads/');
    return this.#alone(async () => {
      await this.#fetch([`+${ref}:${kept}`]);
      const { stdout } = await this.#run({ args: ['rev-parse', '--verify', `${kept}^{commit}`] });
      return commitId(stdout.trim());
    });
  }

  /**
   * Fetches those of the commits that are missing here, with their ancestors.
   *
   * @throws GitFailed `absent` where the server does not serve one: after a force push no branch may lead to it any more.
   */
  async fetchCommits(commits: readonly string[]): Promise<void> {
    const ids = [...new Set(commits.map(commitId))];
    if ((await this.#missing(ids)).length === 0) return;
    await this.#alone(async () => {
      const missing = await this.#missing(ids);
      if (missing.length === 0) return;
      // By its id, where the server allows that; else through all of its branches.
      await this.#fetch(missing).catch(async (error: unknown) => {
        if (!(error instanceof GitFailed) || error.problem !== 'absent') throw error;
        await this.#fetch(['+refs/heads/*:refs/slipway/heads/*']);
      });
      const [lost] = await this.#missing(ids);
      if (lost !== undefined)
        throw new GitFailed('absent', `${this.url}: no branch has the commit ${lost} (any more).`);
    });
  }

  /** Runs git on fetched data, without network access. @throws GitFailed */
  async look(args: readonly string[], more: Partial<GitCall> = {}): Promise<CommandResult> {
    try {
      return await this.#run({ ...more, args });
    } catch (error) {
      // The next request finds no mirror, and fetches it again.
      if (error instanceof GitFailed && error.problem === 'broken')
        await this.#locked(() => this.#throwAway());
      throw error;
    }
  }

  async #missing(commits: readonly string[]): Promise<string[]> {
    if (!existsSync(this.path)) return [...commits];
    const missing: string[] = [];
    for (const commit of commits) {
      // Checks ancestors as well, in case a fetch was cut off on a failing disk: the first tree stands for the rest.
      const { exitCode } = await this.#run({
        args: ['cat-file', '-e', `${commit}^{tree}`],
        acceptExitCodes: [0, 1, 128],
      });
      if (exitCode !== 0) missing.push(commit);
    }
    return missing;
  }

  /** Fetches, and clears leftovers of a killed fetch. */
  async #fetch(what: readonly string[]): Promise<void> {
    const flags = [
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-gc',
      '--no-recurse-submodules',
    ];
    let broken = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#run({
          args: ['fetch', ...flags, '--', this.url, ...what],
          timeoutMs: limits.fetch,
          remote: this.#remote,
        });
        return;
      } catch (error) {
        const failed = gitFailure(error, this.url);
        // A new mirror that fails in the same way rules out the disk.
        if (attempt === attemptsMax || (broken && failed.problem === 'broken')) throw failed;
        broken ||= failed.problem === 'broken';
        if (!(await this.#cleared(failed))) throw failed;
      }
    }
  }

  /** Whether the obstacle was removed. Only while this process holds the lock: no running git may have created it. */
  async #cleared(error: GitFailed): Promise<boolean> {
    const said = error.cause instanceof CommandFailed ? error.cause.stderrTail : '';
    const [, leftover] = /Unable to create '([^']+\.lock)': File exists/.exec(said) ?? [];
    if (leftover !== undefined && path.resolve(leftover).startsWith(`${this.path}${path.sep}`)) {
      await rm(leftover, { force: true });
      return true;
    }
    if (error.problem !== 'broken') return false;
    await this.#throwAway();
    await this.#make();
    return true;
  }

  /** Runs a git that writes. Maintenance runs afterwards, where git decides that it is due. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#locked(async () => {
      await this.#make();
      const result = await work();
      // A mirror without maintenance still works.
      await this.#run({ args: ['gc', '--auto', '--quiet'], timeoutMs: limits.tidy }).catch(() => undefined);
      return result;
    });
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const what = `fetching ${this.url}`;
    const timeoutMs = limits.fetch + limits.tidy;
    try {
      // Readable for this user only: a repository may be private.
      await mkdir(path.dirname(this.path), { recursive: true, mode: 0o700 });
      return await withLock(`${this.path}.lock`, { what, timeoutMs, signal: this.#signal }, work);
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw gitFailure(error, this.url);
    }
  }

  /** Creates an empty mirror where there is none, in one step: no process ever sees an incomplete one. */
  async #make(): Promise<void> {
    if (existsSync(this.path)) return;
    const made = await mkdtemp(`${this.path}.new-`);
    try {
      await this.#run({ mirror: made, args: ['init', '--bare', '--quiet', '--template=', made] });
      await rename(made, this.path);
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }

  async #throwAway(): Promise<void> {
    if (!existsSync(this.path)) return;
    const aside = await mkdtemp(`${this.path}.broken-`);
    await rename(this.path, path.join(aside, 'mirror'));
    await rm(aside, { recursive: true, force: true });
  }

  /** @throws GitFailed; the signal's reason where it aborts. */
  async #run(call: Partial<GitCall> & Pick<GitCall, 'args'>): Promise<CommandResult> {
    try {
      return await runGit({ mirror: this.path, timeoutMs: limits.look, signal: this.#signal, ...call });
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw gitFailure(error, this.url);
    }
  }
}
