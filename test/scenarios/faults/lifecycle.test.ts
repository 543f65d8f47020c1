import { playEachCase } from './each-case.js';

/** Every fault, on nodes that run Talos 1.13: another install could overwrite the slot that runs. */
playEachCase('lifecycle');
