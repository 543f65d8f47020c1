import { needsLab } from './jest.config.mjs';

/**
 * Replay, scenarios, and the lab's own slow tests, in lanes: a lab waits more than it computes, and uses half of a core. Labs have a
 * loopback network, a folder and a Temporal namespace of their own.
 */
export default {
  rootDir: 'dist/test',
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
  testRegex: ['/scenarios/[^/]*[.]test[.]js$', '/replay/[^/]*[.]test[.]js$', ...needsLab],
  maxWorkers: 4,
  // Each test file loads all modules anew; a process that has grown makes way for a new one.
  workerIdleMemoryLimit: '400MB',
  testSequencer: '<rootDir>/../../setup/longest-first.mjs',
  // Far more than any test or hook needs on a busy machine: it ends one that would last for ever. What waits says more, and sooner.
  testTimeout: 1_800_000,
  globalSetup: '<rootDir>/scenarios/global-setup.js',
  globalTeardown: '<rootDir>/scenarios/global-teardown.js',
};
