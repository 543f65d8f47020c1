import { light, needsLab } from './jest.config.mjs';

/**
 * Replay, scenarios, and the lab's own slow tests, in lanes: a lab waits more than it computes, and uses half of a core. Labs have a
 * loopback network, a folder and a Temporal namespace of their own.
 */
export default {
  ...light,
  testMatch: undefined,
  testRegex: ['/scenarios/[^/]*[.]test[.]js$', '/replay/[^/]*[.]test[.]js$', ...needsLab],
  maxWorkers: 4,
  testSequencer: '<rootDir>/../../setup/longest-first.mjs',
  setupFilesAfterEnv: ['<rootDir>/runner/scenario-limits.js'],
  globalSetup: '<rootDir>/scenarios/global-setup.js',
  globalTeardown: '<rootDir>/scenarios/global-teardown.js',
};
