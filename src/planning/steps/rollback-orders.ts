import type { StepName } from './node-steps.js';

/** No gate is evaluated: the node that rolls back is what keeps them closed. */
const emptied = ['cordon', 'drain', 'transfer-leadership', 'record-facts'] as const;
/** A decision may take hours, so these steps are repeated before the rollback. */
const prepared = ['snapshot', 'templates'] as const;
const made = ['remove-member', 'configure-machine'] as const;
const remade = ['cordon', 'record-facts', 'continue-machine', ...made] as const;
const returned = ['await-boot', 'await-ready', 'await-etcd-member'] as const;
const checked = ['verify-node', 'uncordon'] as const;

/** The orders of steps by which a node rolls back to the previous version. */
export const rollbackOrders = {
  /** By the slot that an upgrade in place left alone. Its pods are gone, or are evicted as budgets allow. */
  'rollback-in-place': [...emptied, 'roll-back', ...returned, ...checked],
  /** By another machine, which Terraform makes of the old template. The machine to be replaced has joined the cluster. */
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
  /** By another machine, where the one to be replaced did not join, or is gone already. */
  'rollback-resumed': [...prepared, ...remade, ...returned, ...checked],
  'rollback-resumed-patched': [...prepared, ...remade, ...returned, 'patch-machine', ...checked],
} as const satisfies Readonly<Record<string, readonly StepName[]>>;
