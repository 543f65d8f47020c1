import { light, onTheLab } from './jest.config.mjs';

/** Tests that start processes, git repositories or servers. They wait more than they compute, hence four workers. */
export default {
  ...light,
  testMatch: ['**/*.integration.test.js'],
  testPathIgnorePatterns: onTheLab,
  maxWorkers: 4,
};
