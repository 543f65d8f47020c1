import scenarios from './jest.scenarios.config.mjs';

/** Everything on the lab: what `npm test` runs, and what is left out there because it takes long. */
export default {
  ...scenarios,
  testRegex: [
    ...scenarios.testRegex,
    '/scenarios/(faults|long)/[^/]*[.]test[.]js$',
    '/lab/hypervisor/opentofu[.]test[.]js$',
    '/tools/terraform/(remote-states|move-state)[.]test[.]js$',
    '/renovate/real-renovate[.]test[.]js$',
  ],
};
