import { nightly } from './jest.config.mjs';
import scenarios from './jest.scenarios.config.mjs';

/** Everything on the lab: what `npm test` runs, and what only `npm run test:all` runs. */
export default {
  ...scenarios,
  testRegex: [...scenarios.testRegex, '/scenarios/(faults|long)/[^/]*[.]test[.]js$', ...nightly],
};
