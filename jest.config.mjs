/**
 * Unit tests, as compiled: `tsc` first, then jest on dist, no transform. What needs a lab, the real talosctl, a browser or a whole
 * `slipway serve` is slower and runs with the scenarios.
 */
export const needsLab = [
  '/lab/clusters/started[.]test[.]js$',
  '/lab/hypervisor/terraform[^/]*[.]test[.]js$',
  '/lab/kubernetes/lab[.]test[.]js$',
  '/lab/kubernetes/rebuilt-machines[.]test[.]js$',
  '/lab/pool/lab-pool[.]test[.]js$',
  '/lab/talos-api/talosctl[^/]*[.]test[.]js$',
  '/cli/(doctor|snapshot)/on-the-lab[.]test[.]js$',
  '/page/in-chromium[.]test[.]js$',
  '/serve/serve-processes[.]test[.]js$',
  '/tools/terraform/real-[^/]*[.]test[.]js$',
];

export default {
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  testPathIgnorePatterns: [
    '/scenarios/',
    '/replay/',
    '/lab/hypervisor/opentofu[.]test[.]js$',
    '/tools/terraform/(remote-states|move-state)[.]test[.]js$',
    '/renovate/real-renovate[.]test[.]js$',
    ...needsLab,
  ],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
  // Nothing here is a test of time, and a machine may be busy.
  testTimeout: 30_000,
};
