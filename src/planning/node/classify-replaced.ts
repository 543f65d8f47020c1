import { classifyNode, type NodeClass, type RecordedFacts } from './classify-node.js';
import type { NodeObservation } from './observation.js';
import type { Reason } from '../reasons/reason.js';
import { otherMachine, type MachineIdentity } from '../terraform/machine-identity.js';

/**
 * How far a node has come whose machine was replaced: the checks of an install, and whether the machine that Terraform made took over the
 * Node.
 */
export function classifyReplaced(
  facts: RecordedFacts,
  machine: MachineIdentity,
  seen: NodeObservation,
): NodeClass {
  const state = classifyNode(facts, seen);
  if (state.kind === 'failed') return withOwnWords(state, facts);
  if (state.kind !== 'on-target') return onItsWay(state);
  const object = seen.kubernetes.kind === 'answered' ? seen.kubernetes.value : undefined;
  if (object?.bootId !== state.bootId)
    return {
      kind: 'rebooting',
      note: `runs ${facts.wantedVersion}, and its kubelet has not taken over its Node yet`,
    };
  const uuid = object.systemUuid === '' ? undefined : object.systemUuid?.toLowerCase();
  const old = facts.systemUuid?.toLowerCase();
  if (uuid !== undefined && uuid === old && machine.uuid !== old)
    return failed('is the old machine', { kind: 'machine-not-replaced', node: facts.node, uuid });
  const other = otherMachine(machine, { uuid });
  if (other) return failed('is another machine', { kind: 'machine-other', node: facts.node, ...other });
  const who = uuid === undefined ? '' : `, system UUID ${uuid}`;
  return { ...state, note: `joined with ${facts.wantedVersion}${who}` };
}

/** A new machine is created with the version: nothing is installed on it. */
function withOwnWords(state: NodeClass & { kind: 'failed' }, { node }: RecordedFacts): NodeClass {
  const { reason } = state;
  if (reason.kind !== 'wrong-version' && reason.kind !== 'back-on-old-version') return state;
  const { version, wanted } = reason;
  return { ...state, reason: { kind: 'machine-wrong-version', node, version, wanted } };
}

/** A replaced node that shows the old boot is the old machine; it is reported once that stays so. */
function onItsWay(state: NodeClass): NodeClass {
  return state.kind === 'untouched' ? { kind: 'rebooting', note: 'still shows the boot from before' } : state;
}

function failed(note: string, reason: Reason): NodeClass {
  return { kind: 'failed', note, reason };
}
