import type { StepName } from './node-steps.js';

const here = ['record-facts', 'await-ready', 'await-etcd-member'] as const satisfies readonly StepName[];

/** Steps that check a node's health as it runs now, where no boot follows and its state before the install is no longer known. */
export const well = [...here, 'verify-node'] as const;

/** The same checks for a replaced node that may lack the patches for a Ready machine. */
export const wellPatched = [...here, 'patch-machine', 'verify-node'] as const;
