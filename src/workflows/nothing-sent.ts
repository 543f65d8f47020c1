import type { ForbidsSending } from '../planning/node/preflight-check.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';

/**
 * Whether a node whose step failed is unchanged by its one-shot step: the order had not reached it, or that step says that it sent
 * nothing.
 *
 * @param sends the one-shot step; undefined, or not in the order: nothing was to be sent, and the result is false.
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
 * Whether a reason (of a preflight check, of Talos, of Terraform, or an abort) occurs only before anything is changed. What an
 * attempt after a lost one may meet first proves nothing; for everything else it is unknown how far the step came.
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
