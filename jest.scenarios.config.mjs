import { needsLab } from './jest.config.mjs';

/** Replay, scenarios, and the lab's own slow tests; one after the other: each has a whole lab, and the machine two cores. */
export default {
  rootDir: 'dist/test',
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
  testRegex: ['/scenarios/[^/]*[.]test[.]js$', '/replay/[^/]*[.]test[.]js$', ...needsLab],
  maxWorkers: 1,
  // Nothing here is a test of time; what waits has a limit of its own.
  testTimeout: 60_000,
  globalSetup: '<rootDir>/scenarios/global-setup.js',
  globalTeardown: '<rootDir>/scenarios/global-teardown.js',
};
