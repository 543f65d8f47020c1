import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: projectRoot,
  encoding: 'utf8',
});
/** Those that are there: git also lists what was removed and not committed yet. */
const files = listed
  .trim()
  .split('\n')
  .filter((file) => existsSync(path.join(projectRoot, file)));
/** This file names what it looks for. */
const own = 'test/repository/tidy.integration.test.ts';
const code = files.filter(
  (file) => file !== own && /^(src|lab|test|setup)\/.*\.(tsx?|mjs|js|css)$/.test(file),
);
const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');

describe('the repository', () => {
  it('names no registry in its lockfile, so it installs from whichever one a machine uses', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved":/);
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('has no folder that answers no question', () => {
    const folders = new Set(code.flatMap((file) => path.dirname(file).split('/')));
    for (const name of ['utils', 'util', 'helpers', 'common', 'shared', 'core', 'lib', 'misc'])
      expect(folders).not.toContain(name);
  });

  it('keeps its files short enough to be read at once', () => {
    const lines = (file: string): number => read(file).split('\n').length;
    expect(code.filter((file) => lines(file) > (file.startsWith('test/') ? 500 : 400))).toEqual([]);
  });

  it('holds no path of somebody’s machine and no private key', () => {
    const machine =
      /\/home\/[a-z]+\/|\/Users\/|\/root\/|-----BEGIN (EC |RSA |ED25519 )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}/;
    const found = files
      .filter((file) => file !== own && !/\.(lock|sum|json)$/.test(file))
      .filter((file) => machine.test(read(file)));
    expect(found).toEqual([]);
  });

  it('leaves nothing for later without saying so', () => {
    const marks = /\b(TODO|FIXME|XXX)\b/;
    expect(code.filter((file) => marks.test(read(file)))).toEqual([]);
  });

  it('reads what a reason leads to by failureOf alone, which knows what to do about kinds of a newer release', () => {
    const table = /import \{[^}]*\bfailures\b[^}]*\} from '[^']*\/failures\.js'/;
    const found = code.filter((file) => /^(src|lab)\//.test(file) && table.test(read(file)));
    expect(found).toEqual([]);
  });

  it('calls the README’s test command in CI and nothing cleverer', () => {
    expect(read('.ci/run')).toMatch(/^npm test$/m);
    expect(read('README.md')).toContain('npm test');
  });
});
