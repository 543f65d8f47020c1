import type { FaultDescription } from '../faults/catalogue.js';

/** Faults of a boot into the other slot. */
export const rollbackFaults = {
  'rollback-request-lost': {
    does: 'The connection breaks before the machine takes the request to roll back: it goes on running.',
    point: 'rollback:asked',
    node: 'optional',
    lasts: 'once',
  },
  'rollback-not-written': {
    does: 'The machine takes the request to roll back and reboots, but its boot loader keeps the slot that it runs.',
    point: 'rollback:written',
    node: 'optional',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;
