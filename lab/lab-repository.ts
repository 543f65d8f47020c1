import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { git } from './processes/git.js';

/** What of a lab's folder is in git; everything else in it, keys above all, is not. */
const IN_GIT = ['.gitignore', 'slipway.yaml', 'terraform/'];
const IGNORED = `/*\n${IN_GIT.map((name) => `!/${name}`).join('\n')}\n`;

/** Makes a git repository of a lab's folder, with its `slipway.yaml` and its Terraform configuration; answers the commit. */
export async function createLabRepository(directory: string): Promise<string> {
  writeFileSync(path.join(directory, '.gitignore'), IGNORED);
  await git(directory, ['init', '--quiet']);
  return commitLab(directory, 'The cluster as it is');
}

/** Commits `slipway.yaml` and the Terraform configuration as they are now, as a merge does; answers the commit. */
export async function commitLab(directory: string, message: string): Promise<string> {
  await git(directory, ['add', '--all']);
  await git(directory, ['commit', '--quiet', '--message', message]);
  return git(directory, ['rev-parse', 'HEAD']);
}
