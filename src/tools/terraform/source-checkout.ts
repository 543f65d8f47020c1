import { mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, Refusal } from '../refusal.js';
import { CommandFailed, runCommand } from '../run-command.js';

/** The source of a configuration: a git repository, at one commit. */
export interface TerraformSource {
  /** URL or path. */
  readonly repository: string;
  /** The full commit id. */
  readonly commit: string;
  /** Folder of the root module in it. */
  readonly folder: string;
}

/** Allows for a first fetch of a large repository over a slow connection. */
const fetchMs = 120_000;

/**
 * Checks a configuration out at its commit, into a folder of the step. Runs no code of the repository: no hooks, no submodules, no filters.
 *
 * @returns the folder of the root module.
 * @throws Refusal `terraform-source`
 */
export async function checkOut(source: TerraformSource, into: string, signal?: AbortSignal): Promise<string> {
  const checkout = path.join(into, 'source');
  const { commit } = source;
  const [, user] = /^\w+:\/\/([^/@]*)@/.exec(source.repository) ?? [];
  const repository = user === undefined ? source.repository : source.repository.replace(`${user}@`, '');
  const refuse = (why: string): Refusal => new Refusal({ kind: 'terraform-source', repository, commit, why });
  // Checked before anything is fetched.
  const root = path.resolve(checkout, source.folder);
  if (root !== checkout && !root.startsWith(`${checkout}${path.sep}`))
    throw refuse(`terraform.source.folder ${source.folder} leads out of the repository`);
  await mkdir(checkout, { mode: 0o700 });
  const git = (...args: string[]): Promise<unknown> =>
    runCommand({
      command: 'git',
      args: ['-c', 'core.hooksPath=/dev/null', '-C', checkout, ...args],
      // Git never prompts for a password.
      env: { GIT_TERMINAL_PROMPT: '0', GIT_LFS_SKIP_SMUDGE: '1' },
      timeoutMs: fetchMs,
      // `user:password` of the URL.
      secrets: [user ?? ''],
      ...(signal ? { signal } : {}),
    });
  try {
    await git('init', '--quiet');
    // One commit alone, where the server serves it by its id; else all branches.
    await git('fetch', '--quiet', '--no-tags', '--depth', '1', '--', source.repository, commit).catch(
      async (error: unknown) => {
        if (signal?.aborted) throw error;
        await git('fetch', '--quiet', '--no-tags', '--', source.repository, '+refs/heads/*:refs/slipway/*');
      },
    );
    await git('checkout', '--quiet', '--detach', commit);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw refuse(whyOf(error));
  }
  // A link in the repository may lead out of it, too.
  const real = await realpath(root).catch(() => undefined);
  if (real === undefined || !(await stat(real)).isDirectory())
    throw refuse(`there is no folder ${source.folder} in it`);
  const whole = await realpath(checkout);
  if (real !== whole && !real.startsWith(`${whole}${path.sep}`))
    throw refuse(`terraform.source.folder ${source.folder} leads out of the repository`);
  return root;
}

/** The last line of git's output. */
function whyOf(error: unknown): string {
  const lines = error instanceof CommandFailed ? error.stderrTail.trim().split('\n') : [];
  return lines.findLast((line) => line.trim() !== '') ?? messageOf(error);
}
