/**
 * Unit tests, as compiled: `tsc` first, then jest on dist, no transform. What needs a lab, or the real talosctl, is slower
 * and runs with the scenarios.
 */
export const needsLab = ['/lab/kubernetes/lab[.]test[.]js$', '/lab/talos-api/talosctl[^/]*[.]test[.]js$'];

export default {
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  testPathIgnorePatterns: ['/scenarios/', '/replay/', ...needsLab],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
};
