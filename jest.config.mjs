/**
 * Unit tests, as compiled: `tsc` first, then Jest on dist, no transform. The suffix of a file says what it needs:
 *   *.test.ts              nothing but its code and files: seconds for all (this configuration)
 *   *.integration.test.ts  processes, git repositories, servers (jest.integration.config.mjs)
 *   *.temporal.test.ts     a Temporal: a namespace of the one that all scenarios share (jest.scenarios.config.mjs)
 * What needs a lab, the real talosctl, a browser or a whole `slipway serve` is slower and runs with the scenarios.
 */
export const needsLab = [
  '[.]temporal[.]test[.]js$',
  '/lab/pool/lab-pool[.]test[.]js$',
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
  '/lab/kubernetes/(lab|replaced-machines)[.]test[.]js$',
  '/lab/talos-api/talosctl[^/]*[.]test[.]js$',
  '/renovate/real-renovate[.]test[.]js$',
  '/tools/terraform/(remote-states|move-state)[.]test[.]js$',
];

export const integration = '[.]integration[.]test[.]js$';

/**
 * jest-light-runner loads each module once a worker; Jest's own runner loads it again for each file, which costs more
 * CPU than the tests, and memory that it does not return. Two workers, whatever the machine: one a core.
 */
export const light = {
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  runner: '<rootDir>/../../setup/light-runner.mjs',
  setupFiles: ['<rootDir>/runner/ends-with-jest.js', '<rootDir>/runner/jest-globals.js'],
  setupFilesAfterEnv: ['<rootDir>/runner/test-limits.js'],
  maxWorkers: 2,
};

export const onTheLab = ['/scenarios/', '/replay/', ...needsLab, ...nightly];

export default {
  ...light,
  testPathIgnorePatterns: [integration, ...onTheLab],
  setupFilesAfterEnv: [...light.setupFilesAfterEnv, '<rootDir>/runner/no-machine.js'],
};
