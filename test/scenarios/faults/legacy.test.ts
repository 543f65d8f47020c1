import { playEachCase } from './each-case.js';

/** Every fault, on nodes that run Talos 1.12. */
playEachCase('legacy');
