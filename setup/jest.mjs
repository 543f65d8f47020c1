import { inProject } from './project.mjs';

/** Jest on compiled ES modules, without node's warning that this is experimental. */
export const jest = [
  '--experimental-vm-modules',
  '--no-warnings',
  inProject('node_modules/jest/bin/jest.js'),
];

/**
 * The environment of tests: without colours, whatever a terminal or a CI system requests, because some tests read a program's output. Both
 * variables: picocolors reads the first, node and jest's workers the second.
 */
export const withoutColours = () => ({ ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' });
