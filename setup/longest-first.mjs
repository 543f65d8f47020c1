import { readFileSync } from 'node:fs';

/** Written by `npm run test:all`. */
const TABLE = new URL('../docs/test-results.md', import.meta.url);
const ROW = /^\| `(?<file>[^`]+)` \| [^|]+ \| (?<seconds>\d+) \|/gm;

/**
 * Starts the slowest test files first, so that no lane ends alone with a long one. Files without a duration in the last full run's table
 * come first: their duration is unknown.
 */
export default class LongestFirst {
  #seconds = secondsByFile();

  /** @param {readonly { readonly path: string }[]} tests */
  sort(tests) {
    const lasts = (/** @type {{ readonly path: string }} */ { path }) =>
      this.#seconds.get(path.replace(/^.*\/dist\//, '').replace(/\.js$/, '.ts')) ?? Number.POSITIVE_INFINITY;
    return tests.toSorted((a, b) => Math.sign(lasts(b) - lasts(a)) || a.path.localeCompare(b.path));
  }

  /** Jest's `--onlyFailures`: this sequencer keeps no failures. */
  allFailedTests(/** @type {readonly unknown[]} */ tests) {
    return tests;
  }

  /** Nothing to store: the table is written from jest's result. */
  cacheResults() {}
}

/** @returns {ReadonlyMap<string, number>} */
function secondsByFile() {
  const rows = readFileSync(TABLE, 'utf8').matchAll(ROW);
  return new Map([...rows].map(({ groups }) => [groups?.['file'] ?? '', Number(groups?.['seconds'])]));
}
