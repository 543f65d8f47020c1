import { inProject } from './project.mjs';

/** Jest on compiled ES modules; node's remark that this is experimental is left out. */
export const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  inProject('node_modules/jest/bin/jest.js'),
];

/**
 * The environment tests run in: without colours, whatever a terminal or a CI system asks for. Some tests read what a
 * program prints. Both variables: picocolors minds the first, node and jest's workers the second.
 */
export const withoutColours = () => ({ ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' });
