import { failureOf } from '../reasons/failure.js';
import { isAbout } from '../reasons/is-about.js';
import type { Reason } from '../reasons/reason.js';
import type { StepName } from '../steps/node-steps.js';

/** Why a node halted its run, and where. */
export interface Halt {
  readonly failedStep: StepName;
  readonly reason: Reason;
}

/**
 * Whether a node that halted like this rolls back to the previous version automatically, where slipway.yaml says so: it booted the new
 * version, and that is seen not to do well on it. What nobody could see is no such thing, and of what booted nothing new there is
 * nothing to roll back.
 */
export function rollsBackAutomatically(node: string, { failedStep, reason }: Halt): boolean {
  const { rollback } = failureOf(reason);
  if (rollback === 'if-its-own') {
    const seen = seenIn(reason);
    return afterBoot.has(failedStep) && seen !== undefined && isItsOwn(node, seen);
  }
  return rollback === 'always';
}

/** What a reason says that was seen last; one that tells of no wait is what was seen. */
function seenIn(reason: Reason): Reason | undefined {
  const tellsOfWait =
    reason.kind === 'gave-up' || reason.kind === 'soak-broken' || reason.kind === 'etcd-not-rejoined';
  return tellsOfWait ? reason.reason : reason;
}

/** Steps at which it runs the new version. */
const afterBoot: ReadonlySet<StepName> = new Set<StepName>([
  'await-ready',
  'await-etcd-member',
  'verify-node',
  'soak',
]);

/**
 * An API that does not answer is unknown, neither well nor broken; what a person did is not the version's doing, and what only a person
 * ends, the previous version does not end either.
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
 * Whether a gate or a check is closed for what this node shows. Pods in trouble are: before the node was touched there were none, or the
 * gate would have kept the run from it.
 */
function isItsOwn(node: string, reason: Reason): boolean {
  if (reason.kind === 'pods-in-trouble') return true;
  // One on its way down was sent there by somebody.
  if (reason.kind === 'talos-not-ready' && !comesUp.has(reason.stage)) return false;
  return isAbout(reason, node) && !others.has(reason.kind);
}
