/**
 * Unit tests, as compiled: `tsc` first, then jest on dist, no transform. What needs a lab, the real talosctl, a browser or a whole
 * `slipway serve` is slower and runs with the scenarios.
 */
export const needsLab = [
  '/cli/(doctor|snapshot)/on-the-lab[.]test[.]js$',
  '/page/in-chromium[.]test[.]js$',
  '/serve/serve-processes[.]test[.]js$',
  '/tools/terraform/real-[^/]*[.]test[.]js$',
];

/**
 * Tests that only `npm run test:all` plays: the lab against the real talosctl, kubectl and Terraform, which changes with `lab`, a pin or the
 * sources in `tools` alone; and what needs OpenTofu, an S3 server or Renovate. Every scenario of `npm test` uses the lab with the
 * same programs.
 */
export const nightly = [
  '/lab/clusters/started[.]test[.]js$',
  '/lab/hypervisor/(terraform[^/]*|opentofu)[.]test[.]js$',
  '/lab/kubernetes/(lab|rebuilt-machines)[.]test[.]js$',
  '/lab/talos-api/talosctl[^/]*[.]test[.]js$',
  '/renovate/real-renovate[.]test[.]js$',
  '/tools/terraform/(remote-states|move-state)[.]test[.]js$',
];

export default {
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  testPathIgnorePatterns: ['/scenarios/', '/replay/', ...needsLab, ...nightly],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
  // Nothing here is a test of time, and a machine may be busy.
  testTimeout: 30_000,
};
