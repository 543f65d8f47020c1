import type { StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { NodeState } from '../planning/report/run-result.js';
import type { NodeInput } from './node-input.js';
import { nothingSent } from './nothing-sent.js';

/** Observations of a node that booted the wanted version. */
const booted: readonly Reason['kind'][] = ['wrong-schematic', 'extensions-lost'];
/** Observations of a node that still runs, or runs again, the version it was to leave. */
const stayed: readonly Reason['kind'][] = ['rollback-unanswered', 'rollback-not-booted'];

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
  if (failed !== 'await-boot' || booted.includes(reason.kind)) return 'on-target';
  return node.flow === 'lifecycle' ? 'rebooting' : 'installing';
}

/**
 * A rollback by its other slot: until the node boots that slot, it runs the version it is to leave. Where a rollback was, or may
 * have been, sent and the node shows no sign of it, it was observed to run that version still.
 */
function stateBack(
  { node, steps }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  // This step looks for the intent of an earlier attempt first: before that nothing had been sent.
  const met = reason.kind === 'gave-up' && reason.reason ? reason.reason : reason;
  if (nothingSent(steps, 'roll-back', failed, reason) || stayed.includes(met.kind))
    return node.back === 'run' ? 'cordoned' : 'on-target';
  if (failed !== 'await-boot' && failed !== 'roll-back') return 'back-on-old';
  if (booted.includes(met.kind)) return 'back-on-old';
  const isUnresponsive = met.kind === 'node-never-returned' || met.kind === 'talos-unreachable';
  // Nobody observed the result, and a reboot follows a rollback.
  return isUnresponsive ? 'unreachable' : 'rebooting';
}
