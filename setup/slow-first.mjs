/** Files of integration tests that take 30 s and more, the longest first; a late one would leave the other lanes idle at the end. */
const slow = [
  'activities/plan-for-pull-request',
  'cli/command-line',
  'setup/run',
  'activities/tell-forge',
  'tools/git/mirror',
  'lab/forge/pull-requests',
  'activities/read-comment',
  'starter/on-the-forge',
  'lab/worker-pods/open-worker-pods',
];

/** Those first, then all others in the order of their paths. */
export default class SlowFirst {
  /** @param {readonly { readonly path: string }[]} tests */
  sort(tests) {
    const rank = (/** @type {{ readonly path: string }} */ { path }) => {
      const at = slow.findIndex((name) => path.endsWith(`/${name}.integration.test.js`));
      return at === -1 ? slow.length : at;
    };
    return tests.toSorted((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
  }

  /** Jest's `--onlyFailures`: which failed is nothing that is kept here. */
  allFailedTests(/** @type {readonly unknown[]} */ tests) {
    return tests;
  }

  /** Nothing to keep: the order stands above. */
  cacheResults() {}
}
