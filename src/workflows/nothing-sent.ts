import type { StepName } from '../planning/node-steps.js';
import type { Reason } from '../planning/reason.js';

/**
 * Whether a node whose step failed is what it was before the one step of its order that sends something once: it had not come to it, or
 * that step itself says that it sent nothing.
 *
 * @param sends the step that sends; undefined, or one the order has not: nothing was to be sent, and false is answered.
 */
export function nothingSent(
  order: readonly StepName[],
  sends: StepName | undefined,
  failed: StepName,
  reason: Reason,
): boolean {
  if (sends === undefined || !order.includes(sends)) return false;
  if (failed === sends) return beforeSending.has(reason.kind);
  return order.indexOf(failed) < order.indexOf(sends);
}

/** What a last look, Talos or Terraform says before anything is changed, or an abort. Of all else nobody knows how far it came. */
const beforeSending: ReadonlySet<Reason['kind']> = new Set<Reason['kind']>([
  'aborted',
  'expectation-broken',
  'cordon-lost',
  'protected-pods',
  'control-plane-disrupted',
  'etcd-node-leads',
  'etcd-member-unhealthy',
  'etcd-quorum-at-risk',
  'rollback-refused',
  'terraform-locked',
  'terraform-plan-stale',
]);
