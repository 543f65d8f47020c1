import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: projectRoot,
  encoding: 'utf8',
});
/** Existing files: git also lists those that were removed and not committed yet. */
const files = listed
  .trim()
  .split('\n')
  .filter((file) => existsSync(path.join(projectRoot, file)));
/** This file contains the searched words. */
const own = 'test/repository/tidy.integration.test.ts';
const code = files.filter(
  (file) => file !== own && /^(src|lab|test|setup)\/.*\.(tsx?|mjs|js|css)$/.test(file),
);
const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');

/** Names of Slipway's own, and the terms of Kubernetes, Talos and Terraform. */
const otherNames: readonly (readonly [RegExp, string])[] = [
  [/\bways? back\b|\b(goes|went) back\b|\bt(akes|aken|ook) back\b/i, 'rollback, rolls back'],
  [/\bmade anew\b|\bmakes? (it|them|machines?|nodes?) anew\b|\brebuil[dt]s?\b/i, 'replace, replaced'],
  [/\bhalf made\b|\bgone on with\b/i, 'incomplete replacement, resumed'],
  [/\bbegun once more\b|\bonce more\b/i, 'retried, again'],
  [/\bby itself\b/i, 'automatically'],
  [/\b(a|whose|says|say|said) yes\b/i, 'approval, approves'],
  [/\blast looks?\b/i, 'preflight check'],
  [/\bnetwork cards?\b/i, 'network interface'],
  [/\bstands aside\b|\bkept back\b/i, 'halted, blocked'],
  [/\bturned down\b/i, 'rejected'],
  [/\breckoned\b/i, 'estimated'],
  [/\bforges?\b/i, 'git host, GitHub'],
  [/\bthe same of\b/i, 'the name of the thing'],
  [/\bmachine rooms?\b/i, 'hypervisor adapter'],
  [/\bsinks?\b/i, 'fake service'],
  [/\baudiences?\b/i, 'recipient'],
];

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

  it('has one name for each thing, the field’s: the glossary explains the others', () => {
    const speech = files.filter(
      (file) => file !== own && !/\.(json|lock|sum)$/.test(file) && file !== 'docs/glossary.md',
    );
    const found = speech.flatMap((file) =>
      otherNames.flatMap(([phrase, instead]) =>
        phrase.test(read(file)) ? [`${file}: ${phrase.source} (say: ${instead})`] : [],
      ),
    );
    expect(found).toEqual([]);
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

  it('reads reasons by describe, advise and failureOf alone, which knows what to do about kinds of a newer release', () => {
    const table = /from '[^']*\/all-reasons\.js'/;
    const found = code.filter(
      (file) =>
        /^(src|lab)\//.test(file) && !file.startsWith('src/planning/reasons/') && table.test(read(file)),
    );
    expect(found).toEqual([]);
  });

  it('calls the README’s test command in CI and nothing cleverer', () => {
    expect(read('.ci/run')).toMatch(/^npm test$/m);
    expect(read('README.md')).toContain('npm test');
  });
});
