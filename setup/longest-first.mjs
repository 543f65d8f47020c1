import { readFileSync } from 'node:fs';

/** Written by `npm run test:all`. */
const TABLE = new URL('../docs/test-results.md', import.meta.url);
const ROW = /^\| `(?<file>[^`]+)` \| [^|]+ \| (?<seconds>\d+) \|/gm;

/**
 * Takes the test files that took longest first, so that no lane is left alone with a long one at the end. Files that the table of the last
 * whole run does not have come before all others: nobody knows how long they take.
 */
export default class LongestFirst {
  #seconds = secondsByFile();

  /** @param {readonly { readonly path: string }[]} tests */
  sort(tests) {
    const lasts = (/** @type {{ readonly path: string }} */ { path }) =>
      this.#seconds.get(path.replace(/^.*\/dist\//, '').replace(/\.js$/, '.ts')) ?? Number.POSITIVE_INFINITY;
    return tests.toSorted((a, b) => Math.sign(lasts(b) - lasts(a)) || a.path.localeCompare(b.path));
  }

  /** Jest's `--onlyFailures`: which failed is nothing that is kept here. */
  allFailedTests(/** @type {readonly unknown[]} */ tests) {
    return tests;
  }

  /** Nothing to keep: the table is written from jest's answer. */
  cacheResults() {}
}

/** @returns {ReadonlyMap<string, number>} */
function secondsByFile() {
  const rows = readFileSync(TABLE, 'utf8').matchAll(ROW);
  return new Map([...rows].map(({ groups }) => [groups?.['file'] ?? '', Number(groups?.['seconds'])]));
}
