import { rollbackOrders } from './rollback-orders.js';
import { well, wellPatched } from './health-steps.js';
import type { StepName } from './node-steps.js';

const before = ['await-gates', 'cordon', 'drain', 'transfer-leadership', 'record-facts'] as const;
const back = ['await-boot', 'await-ready', 'await-etcd-member'] as const;
const after = [...back, 'verify-node', 'uncordon', 'soak'] as const;
const replaced = ['replace-machine', 'remove-member', 'configure-machine'] as const;
const continued = [
  'cordon',
  'record-facts',
  'continue-machine',
  'remove-member',
  'configure-machine',
] as const;
const patchedAfter = [...back, 'patch-machine', 'verify-node', 'uncordon', 'soak'] as const;

/** The orders of steps a node can follow. */
export const stepOrders = {
  /** In place, Talos 1.12 and older: install and reboot are one request. */
  legacy: ['prepare-image', ...before, 'install', ...after],
  /** In place, from Talos 1.13 on: the install stops nothing, and the reboot has a preflight check of its own. */
  lifecycle: ['prepare-image', ...before, 'install', 'reboot', ...after],
  /** The version is installed already, and waits for its reboot: another install could overwrite the slot that runs. */
  armed: [...before, 'reboot', ...after],
  /** Replaced by Terraform, from its template. From the replacement on there is no machine to roll back to. */
  replace: ['plan-replacement', ...before, ...replaced, ...after],
  /** Replaced, where slipway.yaml has patches for the node once it is Ready. */
  'replace-patched': ['plan-replacement', ...before, ...replaced, ...patchedAfter],
  /** An incomplete replacement of an earlier run: there is nothing left to disrupt, so no gate is evaluated. */
  resumed: [...continued, ...after],
  'resumed-patched': [...continued, ...patchedAfter],
  /** A node that an earlier attempt upgraded and left cordoned: its cordon is taken over, and removed once it is healthy. */
  adopted: ['cordon', ...well, 'uncordon', 'soak'],
  /** A node of a run rollback: into its other slot, under the gates of an upgrade. */
  'rollback-run': [...before, 'roll-back', ...after],
  /** Adopted, where its machine was replaced and may lack the patches for a Ready machine. */
  'adopted-patched': ['cordon', ...wellPatched, 'uncordon', 'soak'],
  ...rollbackOrders,
} as const satisfies Readonly<Record<string, readonly StepName[]>>;
export type StepsName = keyof typeof stepOrders;
