import scenarios from './jest.scenarios.config.mjs';

/** The kill matrix alone: it fills all lanes with labs of its own. `npm run reliability` plays it. */
export default {
  ...scenarios,
  testRegex: ['/scenarios/kill-matrix/kill-matrix[.]test[.]js$'],
  maxWorkers: 1,
};
