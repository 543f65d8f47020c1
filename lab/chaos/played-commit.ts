import { projectRoot } from '../../src/tools/project-root.js';
import { git } from '../processes/git.js';

/** `e6b046c`, or `e6b046c+` with uncommitted changes; undefined outside of a git checkout. */
export async function playedCommit(): Promise<string | undefined> {
  try {
    const commit = await git(projectRoot, ['rev-parse', '--short', 'HEAD']);
    return `${commit}${(await git(projectRoot, ['status', '--porcelain'])) === '' ? '' : '+'}`;
  } catch {
    return undefined;
  }
}
