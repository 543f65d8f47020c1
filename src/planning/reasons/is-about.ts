import type { Reason } from './reason.js';

/** Whether a reason names that node, and no other one or none. */
export function isAbout(reason: Reason, node: string): boolean {
  return 'node' in reason && reason.node === node;
}
