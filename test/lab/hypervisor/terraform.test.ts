import { describe } from '@jest/globals';
import { configurationCases } from './configuration-cases.js';
import { failureCases } from './failure-cases.js';

describe('the lab’s configuration with the real terraform', () => {
  configurationCases('terraform');
});
describe('what goes wrong on the hypervisor, with the real terraform', () => {
  failureCases('terraform');
});
