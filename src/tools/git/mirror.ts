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

/** Milliseconds. A first fetch of a large repository over a slow line; a look at the disk. */
const limits = { fetch: 300_000, look: 20_000, tidy: 300_000 };
/** What a fetch may find in its way, one after the other: leftovers of one that was killed. */
const attemptsMax = 5;

/** Which mirror, and how long it is waited for. */
export interface MirrorOptions extends GitRemote {
  /** Where mirrors are kept, each in a folder of its own. It may be thrown away: all of it can be fetched again. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/**
 * A bare copy of a repository: what one asks of it (read-mirror.ts) is answered from this disk. It holds branches and commits that
 * were fetched, has no work tree, and runs nothing. Several processes may use one at once: those that write take turns.
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

  /** The repository, as a person knows it. */
  get url(): string {
    return this.#remote.url;
  }

  /** Fetches a branch. @returns the commit it stands at. @throws GitFailed `absent` where there is none of that name */
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
   * Fetches those of the commits that are not here yet, with all they come from.
   *
   * @throws GitFailed `absent` where the server does not give one away: after a force push nothing may lead to it any more.
   */
  async fetchCommits(commits: readonly string[]): Promise<void> {
    const ids = [...new Set(commits.map(commitId))];
    if ((await this.#missing(ids)).length === 0) return;
    await this.#alone(async () => {
      const missing = await this.#missing(ids);
      if (missing.length === 0) return;
      // By its id, where the other side gives it away like that; else all of its branches.
      await this.#fetch(missing).catch(async (error: unknown) => {
        if (!(error instanceof GitFailed) || error.problem !== 'absent') throw error;
        await this.#fetch(['+refs/heads/*:refs/slipway/heads/*']);
      });
      const [lost] = await this.#missing(ids);
      if (lost !== undefined)
        throw new GitFailed('absent', `${this.url}: no branch has the commit ${lost} (any more).`);
    });
  }

  /** Runs git on what was fetched, and speaks to nobody. @throws GitFailed */
  async look(args: readonly string[], more: Partial<GitCall> = {}): Promise<CommandResult> {
    try {
      return await this.#run({ ...more, args });
    } catch (error) {
      // The next that asks finds none, and fetches it again.
      if (error instanceof GitFailed && error.problem === 'broken')
        await this.#locked(() => this.#throwAway());
      throw error;
    }
  }

  async #missing(commits: readonly string[]): Promise<string[]> {
    if (!existsSync(this.path)) return [...commits];
    const missing: string[] = [];
    for (const commit of commits) {
      // With all it comes from, in case that a fetch was cut off on a dying disk: the first tree stands for the rest.
      const { exitCode } = await this.#run({
        args: ['cat-file', '-e', `${commit}^{tree}`],
        acceptExitCodes: [0, 1, 128],
      });
      if (exitCode !== 0) missing.push(commit);
    }
    return missing;
  }

  /** Fetches, past what a fetch that was killed has left behind. */
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
        // Broken again when it is new, it was not the disk.
        if (attempt === attemptsMax || (broken && failed.problem === 'broken')) throw failed;
        broken ||= failed.problem === 'broken';
        if (!(await this.#cleared(failed))) throw failed;
      }
    }
  }

  /** Whether what stood in the way is gone now. Only while it is ours alone: no git that runs may have made it. */
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

  /** What writes. Tidied up afterwards, where git finds that it is time. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#locked(async () => {
      await this.#make();
      const result = await work();
      // A mirror that is untidy is still a mirror.
      await this.#run({ args: ['gc', '--auto', '--quiet'], timeoutMs: limits.tidy }).catch(() => undefined);
      return result;
    });
  }

  async #locked<T>(work: () => Promise<T>): Promise<T> {
    const what = `fetching ${this.url}`;
    const timeoutMs = limits.fetch + limits.tidy;
    try {
      // For this user alone: a repository may be private.
      await mkdir(path.dirname(this.path), { recursive: true, mode: 0o700 });
      return await withLock(`${this.path}.lock`, { what, timeoutMs, signal: this.#signal }, work);
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw gitFailure(error, this.url);
    }
  }

  /** Makes an empty one where there is none, in one step: nobody ever sees half of it. */
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

  /** @throws GitFailed; what the signal says where it aborts. */
  async #run(call: Partial<GitCall> & Pick<GitCall, 'args'>): Promise<CommandResult> {
    try {
      return await runGit({ mirror: this.path, timeoutMs: limits.look, signal: this.#signal, ...call });
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw gitFailure(error, this.url);
    }
  }
}
