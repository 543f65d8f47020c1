import { steps, type StepName } from '../planning/node-steps.js';
import type { Reason } from '../planning/reason.js';
import type { NodeState } from '../planning/run-result.js';
import type { NodeInput } from './node-input.js';

/** Where its machine was made anew there is no way back to name: it is on its way, or it has come. */
export function stateRebuilt(failed: StepName): NodeState {
  const unfinished: readonly StepName[] = ['replace-machine', 'cordon', 'record-facts', 'continue-machine'];
  if (unfinished.includes(failed)) return 'replacing';
  const before: readonly StepName[] = ['remove-member', 'configure-machine', 'await-boot'];
  return before.includes(failed) ? 'not-joined' : 'on-target';
}

/** A way back by another machine: until Terraform was started, the node is what the attempt before left. */
export function stateBackRebuilt(
  { node, steps: order }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  const sent = order.findIndex((name) => steps[name].repeat === 'once');
  const at = order.indexOf(failed);
  const nothingSent = at < sent || (at === sent && beforeSending.has(reason.kind));
  if (nothingSent && !node.rebuild?.continues) return 'on-target';
  if (nothingSent) return node.rebuild?.continues === 'waiting' ? 'not-joined' : 'replacing';
  const state = stateRebuilt(failed);
  return state === 'on-target' ? 'back-on-old' : state;
}

/** What a last look, or Terraform itself, says before anything is destroyed. Of all else nobody knows how far it came. */
const beforeSending: ReadonlySet<Reason['kind']> = new Set<Reason['kind']>([
  'expectation-broken',
  'cordon-lost',
  'protected-pods',
  'control-plane-disrupted',
  'etcd-node-leads',
  'etcd-member-unhealthy',
  'etcd-quorum-at-risk',
  'terraform-locked',
  'terraform-plan-stale',
]);
