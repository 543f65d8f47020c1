import type { FaultDescription } from '../faults/catalogue.js';

/** The Image Factory's part of the fault catalogue. None is tied to a machine. */
export const factoryFaults = {
  'factory-404': {
    does: 'The Image Factory answers 404 for a manifest it has.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
  'factory-429': {
    does: 'The Image Factory answers 429, with Retry-After.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
  'factory-slow': {
    does: 'The Image Factory takes its time, as it does when it has to build the image first.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;
