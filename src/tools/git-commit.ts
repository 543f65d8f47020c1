import path from 'node:path';
import { runCommand } from './run-command.js';

/** git reads one file in milliseconds; a repository on a dead network share is not worth a longer wait. */
const gitMs = 5_000;

/**
 * The full id of the commit that a file stands at. Undefined outside git, without git, and when the file differs from the commit. It never
 * writes to the repository.
 */
export async function commitOf(file: string): Promise<string | undefined> {
  const name = path.basename(file);
  const git = async (...args: string[]): Promise<string> => {
    const options = ['--no-optional-locks', '-C', path.dirname(file)];
    const { stdout } = await runCommand({ command: 'git', args: [...options, ...args], timeoutMs: gitMs });
    return stdout.trim();
  };
  try {
    await git('ls-files', '--error-unmatch', '--', name);
    const changed = await git('status', '--porcelain', '--', name);
    return changed === '' ? await git('rev-parse', 'HEAD') : undefined;
  } catch {
    return undefined;
  }
}

/** The commit at which several files stand together, under the same conditions. */
export async function commitOfAll(files: readonly string[]): Promise<string | undefined> {
  const [first, ...others] = await Promise.all(files.map((file) => commitOf(file)));
  return others.every((commit) => commit === first) ? first : undefined;
}
