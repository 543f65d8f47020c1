import type { StepName } from './node-steps.js';

/** No gate is asked: the node that rolls back is what keeps them closed. */
const emptied = ['cordon', 'drain', 'hand-over-leadership', 'record-facts'] as const;
/** A run may have waited for hours for whoever sends a node back. */
const prepared = ['snapshot', 'templates'] as const;
const made = ['remove-member', 'configure-machine'] as const;
const remade = ['cordon', 'record-facts', 'continue-machine', ...made] as const;
const returned = ['await-boot', 'await-ready', 'await-etcd-member'] as const;
const checked = ['verify-node', 'uncordon'] as const;

/** The orders of steps by which a node rolls back to the previous version. */
export const rollbackOrders = {
  /** In the slot that an upgrade in place left alone. Its pods are gone, or go as budgets allow. */
  'rollback-in-place': [...emptied, 'roll-back', ...returned, ...checked],
  /** By another machine, which Terraform makes of the old template. The one that goes has joined the cluster. */
  'rollback-replaced': [
    ...prepared,
    'plan-replacement',
    ...emptied,
    'replace-machine',
    ...made,
    ...returned,
    ...checked,
  ],
  'rollback-replaced-patched': [
    ...prepared,
    'plan-replacement',
    ...emptied,
    'replace-machine',
    ...made,
    ...returned,
    'patch-machine',
    ...checked,
  ],
  /** The same, where the machine that goes did not join, or is gone already. */
  'rollback-resumed': [...prepared, ...remade, ...returned, ...checked],
  'rollback-resumed-patched': [...prepared, ...remade, ...returned, 'patch-machine', ...checked],
} as const satisfies Readonly<Record<string, readonly StepName[]>>;
