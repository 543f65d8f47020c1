import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { foreground } from './processes/foreground.js';

/** What of a lab's folder is in git; everything else in it, keys above all, is not. */
const IN_GIT = ['.gitignore', 'slipway.yaml', 'terraform/'];
const IGNORED = `/*\n${IN_GIT.map((name) => `!/${name}`).join('\n')}\n`;

/** Nobody's own set-up takes part: hooks, signatures, templates. */
const SETTINGS = {
  'core.hooksPath': '/dev/null',
  'commit.gpgSign': 'false',
  'init.defaultBranch': 'main',
  'init.templateDir': '',
  'user.name': 'The lab',
  'user.email': 'lab@slipway.invalid',
};

/** Makes a git repository of a lab's folder, with its `slipway.yaml` and its Terraform configuration; answers the commit. */
export async function createLabRepository(directory: string): Promise<string> {
  writeFileSync(path.join(directory, '.gitignore'), IGNORED);
  await git(directory, 'init', '--quiet');
  return commitLab(directory, 'The cluster as it is');
}

/** Commits `slipway.yaml` and the Terraform configuration as they are now, as a merge does; answers the commit. */
export async function commitLab(directory: string, message: string): Promise<string> {
  await git(directory, 'add', '--all');
  await git(directory, 'commit', '--quiet', '--message', message);
  return git(directory, 'rev-parse', 'HEAD');
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { code, stdout, stderr } = await foreground('git', ['-C', directory, ...settings, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
    },
    timeoutMs: 30_000,
  });
  if (code !== 0)
    throw new Error(`git ${args.join(' ')} in ${directory} ended with ${code}: ${stderr.trim() || stdout}`);
  return stdout.trim();
}
