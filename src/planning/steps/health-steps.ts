import type { StepName } from './node-steps.js';

const here = ['record-facts', 'await-ready', 'await-etcd-member'] as const satisfies readonly StepName[];

/** By these a node that boots nothing more is seen to be well, as it runs now: what it was before its install, nobody knows any more. */
export const well = [...here, 'verify-node'] as const;

/** The same, where its machine was replaced and may lack the patches that wait until it is Ready. */
export const wellPatched = [...here, 'patch-machine', 'verify-node'] as const;
