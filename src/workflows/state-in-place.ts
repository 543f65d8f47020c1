import type { StepName } from '../planning/steps/node-steps.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { NodeState } from '../planning/report/run-result.js';
import type { NodeInput } from './node-input.js';
import { nothingSent } from './nothing-sent.js';

/** What is seen of a node that booted the wanted version. */
const booted: readonly Reason['kind'][] = ['wrong-schematic', 'extensions-lost'];
/** What is seen of a node that still runs, or runs again, what it was to leave. */
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
 * A rollback by its other slot: until it boots that, the node is what it was, on the version it is to leave. Where a rollback was, or may
 * have been, sent, and the node shows no sign of it, it was seen to run that version on.
 */
function stateBack(
  { node, steps }: Pick<NodeInput, 'node' | 'steps'>,
  failed: StepName,
  reason: Reason,
): NodeState {
  // It looks for the intent of an attempt before first: what it met after that, nothing had been sent.
  const met = reason.kind === 'gave-up' && reason.reason ? reason.reason : reason;
  if (nothingSent(steps, 'roll-back', failed, reason) || stayed.includes(met.kind))
    return node.back === 'run' ? 'cordoned' : 'on-target';
  if (failed !== 'await-boot' && failed !== 'roll-back') return 'back-on-old';
  if (booted.includes(met.kind)) return 'back-on-old';
  const isSilent = met.kind === 'node-never-returned' || met.kind === 'talos-unreachable';
  // Nobody saw what became of it, and what follows a rollback is a reboot.
  return isSilent ? 'unreachable' : 'rebooting';
}
