import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { git } from './processes/git.js';

/** The files of a lab's folder that are in git; all others, keys above all, are not. */
const IN_GIT = ['.gitignore', 'slipway.yaml', 'terraform/'];
const IGNORED = `/*\n${IN_GIT.map((name) => `!/${name}`).join('\n')}\n`;

/** Creates a git repository in a lab's folder, with its `slipway.yaml` and its Terraform configuration; returns the commit. */
export async function createLabRepository(directory: string): Promise<string> {
  writeFileSync(path.join(directory, '.gitignore'), IGNORED);
  await git(directory, ['init', '--quiet']);
  return commitLab(directory, 'The cluster as it is');
}

/** Commits the present `slipway.yaml` and Terraform configuration, as a merge does; returns the commit. */
export async function commitLab(directory: string, message: string): Promise<string> {
  await git(directory, ['add', '--all']);
  await git(directory, ['commit', '--quiet', '--message', message]);
  return git(directory, ['rev-parse', 'HEAD']);
}
