import { steps, type StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { NodeState } from '../planning/report/run-result.js';
import type { NodeInput } from './node-input.js';
import { nothingSent } from './nothing-sent.js';

/** A replaced machine has no rollback to name: it is being replaced, or it has come. */
export function stateOfReplacement(failed: StepName): NodeState {
  const unfinished: readonly StepName[] = ['replace-machine', 'cordon', 'record-facts', 'continue-machine'];
  if (unfinished.includes(failed)) return 'replacing';
  const before: readonly StepName[] = ['remove-member', 'configure-machine', 'await-boot'];
  return before.includes(failed) ? 'not-joined' : 'on-target';
}

/** A rollback by replacement: until Terraform was started, the node is as the previous attempt left it. */
export function stateOfReplacementBack(
  { node, steps: order }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  const sends = order.find((name) => steps[name].repeat === 'once');
  const unsent = nothingSent(order, sends, failed, reason);
  if (unsent && !node.replacement?.continues) return 'on-target';
  if (unsent) return node.replacement?.continues === 'waiting' ? 'not-joined' : 'replacing';
  const state = stateOfReplacement(failed);
  return state === 'on-target' ? 'back-on-old' : state;
}
