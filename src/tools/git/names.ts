import path from 'node:path';
import { GitFailed } from './git-failed.js';

/** A full commit id. @throws GitFailed `refused` */
export function commitId(text: string): string {
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
  throw new GitFailed('refused', `${shown(text)} is no full commit id, 40 or 64 hex digits.`);
}

/** The ref of a branch, by git's own rules (git help check-ref-format). @throws GitFailed `refused` */
export function branchRef(branch: string): string {
  const bad =
    branch === '' ||
    branch === '@' ||
    branch.length > 255 ||
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$/.test(branch) ||
    branch.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'));
  if (bad) throw new GitFailed('refused', `${shown(branch)} is no name of a branch.`);
  return `refs/heads/${branch}`;
}

/** A path in a repository, relative to its root, normalized. @throws GitFailed `refused` for one that leads out of it */
export function pathInside(name: string): string {
  const plain = path.posix.normalize(name);
  const bad =
    name === '' ||
    name.length > 1000 ||
    name.includes('\0') ||
    /^(\/|\.\.?(\/|$))/.test(plain) ||
    plain.endsWith('/');
  if (bad) throw new GitFailed('refused', `${shown(name)} is no path of a file in the repository.`);
  return plain;
}

/** Short, and on one line. */
function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
