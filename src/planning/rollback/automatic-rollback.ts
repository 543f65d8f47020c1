import { failureOf } from '../reasons/failure.js';
import { isAbout } from '../reasons/is-about.js';
import type { Reason } from '../reasons/reason.js';
import type { StepName } from '../steps/node-steps.js';

/** Why a node halted its run, and at which step. */
export interface Halt {
  readonly failedStep: StepName;
  readonly reason: Reason;
}

/**
 * Whether a node that halted like this rolls back to the previous version automatically, where slipway.yaml allows it. It must have booted
 * the new version, and be observed to fail on it. An unreachable node does not count as failed, and a node that booted nothing new has
 * nothing to roll back.
 */
export function rollsBackAutomatically(node: string, { failedStep, reason }: Halt): boolean {
  const { rollback } = failureOf(reason);
  if (rollback === 'if-its-own') {
    const condition = unmetIn(reason);
    return afterBoot.has(failedStep) && condition !== undefined && isItsOwn(node, condition);
  }
  return rollback === 'always';
}

/** The last unmet condition in a reason; a reason without a wait is itself the condition. */
function unmetIn(reason: Reason): Reason | undefined {
  const endedWait =
    reason.kind === 'gave-up' || reason.kind === 'soak-broken' || reason.kind === 'etcd-not-rejoined';
  return endedWait ? reason.reason : reason;
}

/** Steps at which the node runs the new version. */
const afterBoot: ReadonlySet<StepName> = new Set<StepName>([
  'await-ready',
  'await-etcd-member',
  'verify-node',
  'soak',
]);

/**
 * Conditions that a rollback does not fix. An unreachable API is unknown, neither healthy nor failed. What a person did is not caused by
 * the version, and what only a person can end, the previous version does not end either.
 */
const others: ReadonlySet<Reason['kind']> = new Set<Reason['kind']>([
  'talos-unreachable',
  'kubernetes-unreachable',
  'etcd-unreachable',
  'etcd-alarm',
  'node-cordoned',
  'node-missing',
]);

/** Stages of a machine on its way up. */
const comesUp: ReadonlySet<string> = new Set(['booting', 'running']);

/**
 * Whether a gate or a check is closed because of this node. Pods in trouble count: before the node was touched there were none, or the gate
 * would have blocked the run.
 */
function isItsOwn(node: string, reason: Reason): boolean {
  if (reason.kind === 'pods-in-trouble') return true;
  // A node that is shutting down was stopped by another user.
  if (reason.kind === 'talos-not-ready' && !comesUp.has(reason.stage)) return false;
  return isAbout(reason, node) && !others.has(reason.kind);
}
