import type { ForbidsSending } from '../planning/node/preflight-check.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';

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
  if (failed === sends) return isBeforeSending(reason.kind === 'gave-up' ? reason.reason : reason);
  return order.indexOf(failed) < order.indexOf(sends);
}

function isBeforeSending(met: Reason | undefined): boolean {
  const known: Readonly<Partial<Record<string, boolean>>> = saidBeforeSending;
  return met !== undefined && known[met.kind] === true;
}

type SaidThere =
  | ForbidsSending['kind']
  | 'aborted'
  | 'rollback-refused'
  | 'terraform-locked'
  | 'terraform-plan-stale';

/**
 * Whether what a preflight check, Talos or Terraform says, or an abort, is said only before anything is changed. What an attempt after one that was
 * lost may meet first says nothing; of all else nobody knows how far it came.
 */
const saidBeforeSending: Readonly<Record<SaidThere, boolean>> = {
  'talos-unreachable': false,
  'kubernetes-unreachable': false,
  'node-missing': false,
  'expectation-broken': true,
  'talos-not-ready': true,
  'cordon-lost': true,
  'protected-pods': true,
  'two-voters': true,
  'single-control-plane': true,
  'etcd-unreachable': true,
  'etcd-member-missing': true,
  'etcd-member-unhealthy': true,
  'etcd-member-unstarted': true,
  'etcd-learner': true,
  'etcd-alarm': true,
  'etcd-no-leader': true,
  'etcd-leaders-disagree': true,
  'etcd-node-leads': true,
  'etcd-behind': true,
  'etcd-quorum-at-risk': true,
  'control-plane-disrupted': true,
  aborted: true,
  'rollback-refused': true,
  'terraform-locked': true,
  'terraform-plan-stale': true,
};
