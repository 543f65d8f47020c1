/** Tests run as compiled: `tsc` first, then jest on dist, no transform. */
export default {
  rootDir: 'dist/test',
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: {},
  injectGlobals: false,
};
