import type { StepName } from '../planning/node-steps.js';
import type { Reason } from '../planning/reason.js';
import type { NodeState } from '../planning/run-result.js';
import type { NodeInput } from './node-input.js';
import { nothingSent } from './nothing-sent.js';

/** The state of a node that keeps its machine, where a step failed and nothing is undone. */
export function stateInPlace(
  { node, steps }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  if (node.back) return stateBack({ node, steps }, failed, reason);
  if (failed === 'reboot' || reason.kind === 'reboot-unanswered') return 'armed';
  if (reason.kind === 'back-on-old-version') return 'back-on-old';
  if (reason.kind === 'node-never-returned') return 'unreachable';
  if (failed === 'install' || reason.kind === 'install-unanswered') return 'install-unknown';
  const booted: readonly Reason['kind'][] = ['wrong-schematic', 'extensions-lost'];
  if (failed !== 'await-boot' || booted.includes(reason.kind)) return 'on-target';
  return node.flow === 'lifecycle' ? 'rebooting' : 'installing';
}

/** A way back by its other slot: until the rollback was sent the node is what it was, on the version it is to leave. */
function stateBack(
  { node, steps }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  // It looks for the intent of an attempt before first: what it met after that, nothing had been sent.
  const met = reason.kind === 'gave-up' && reason.reason ? reason.reason : reason;
  if (nothingSent(steps, 'roll-back', failed, met)) return node.back === 'run' ? 'cordoned' : 'on-target';
  return failed === 'await-boot' || failed === 'roll-back' ? 'rebooting' : 'back-on-old';
}
