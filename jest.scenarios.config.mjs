import unit from './jest.config.mjs';

/** Scenarios run one after the other: each has a whole lab, and the machine two cores. */
export default {
  ...unit,
  rootDir: 'dist/test',
  roots: ['<rootDir>/scenarios', '<rootDir>/replay'],
  maxWorkers: 1,
  globalSetup: '<rootDir>/scenarios/global-setup.js',
  globalTeardown: '<rootDir>/scenarios/global-teardown.js',
};
