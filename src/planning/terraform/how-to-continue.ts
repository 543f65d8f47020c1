import type { Reason } from '../reasons/reason.js';
import { otherMachine, type MachineIdentity } from './machine-identity.js';
import { recordInstances, type RecordedInstance, type StateInstance } from './state-instances.js';

/** What is known of a machine that an earlier run left incomplete. */
export interface ContinueQuestion {
  readonly node: string;
  /** What Terraform calls it. */
  readonly address: string;
  /** What the state holds there, of what is replaced with the machine. */
  readonly present: readonly StateInstance[];
  /** What a plan without `-replace` would make there. */
  readonly lacking: readonly string[];
  /** By what the machine in the state is known; empty where there is none, or it tells nothing. */
  readonly identity: MachineIdentity;
  /** SMBIOS UUID of the old machine, as its Node still says. */
  readonly oldUuid: string | undefined;
  /** What stands at the node's address. */
  readonly machine:
    | { readonly kind: 'silent' }
    | {
        readonly kind: 'maintenance' | 'configured';
        readonly uuid: string;
        readonly macs: readonly string[];
      };
  /** An attempt of this very step began to send something. */
  readonly lost: boolean;
  /** The node rolls back: what was made is of the wrong version, and is made again, however whole it is. */
  readonly remakes?: boolean;
}

/** `nothing`: the machine is made. Otherwise what is replaced is incomplete itself, and what is created is gone. */
export type ContinueDecision =
  | { readonly send: 'nothing' }
  | {
      readonly send: 'make';
      readonly replace: readonly RecordedInstance[];
      readonly create: readonly string[];
    }
  | { readonly send: 'refuse'; readonly reason: Reason };

/**
 * How to resume it. A person asked for that, with a plan that says so; still nothing is destroyed but what is shown to be
 * incomplete, and nothing is made where a machine stands that the state does not know. What answers is believed before the state.
 */
export function howToContinue(question: ContinueQuestion): ContinueDecision {
  const { node, address, present, lacking, identity, machine, lost } = question;
  const old = question.oldUuid?.toLowerCase();
  // What an attempt that was lost began, it may have done: that is not destroyed again.
  const remakes = question.remakes === true && !lost;
  const spoilt = present.filter((instance) => instance.tainted || remakes);
  const unclear = (why: string): ContinueDecision =>
    refuse({ kind: 'terraform-unclear', node, address, why });
  const whole = spoilt.length === 0 && lacking.length === 0;
  if (machine.kind !== 'silent') {
    const { uuid, macs } = machine;
    if (uuid.toLowerCase() === old) return refuse({ kind: 'machine-not-replaced', node, uuid });
    const known = identity.uuid !== undefined || identity.mac !== undefined;
    if (!known) return refuse({ kind: 'terraform-machine-unrecorded', node, address: lacking[0] ?? address });
    const other = otherMachine(identity, { uuid, macs });
    if (other) return refuse({ kind: 'machine-other', node, ...other });
    if (whole) return { send: 'nothing' };
    if (machine.kind === 'configured' && remakes)
      return unclear('it has joined the cluster by now, and is not destroyed as if it had not');
    // It has a part in the cluster by now: whatever the state says of it, it is not destroyed.
    if (machine.kind === 'configured') return refuse({ kind: 'terraform-half-made', node, address });
    return make(spoilt, lacking);
  }
  const inState = present.length > 0;
  if (inState && identity.uuid === undefined)
    return unclear('the state tells no system UUID of it, and nothing answers at its address');
  if (inState && identity.uuid === old)
    return unclear('the state holds the old machine, and nothing answers at its address');
  if (whole) return { send: 'nothing' };
  if (lost) return unclear('an attempt before this one began to make it, and nothing answers at its address');
  return make(spoilt, lacking);
}

function make(tainted: readonly StateInstance[], create: readonly string[]): ContinueDecision {
  const instances = recordInstances(tainted);
  return instances.ok ? { send: 'make', replace: instances.recorded, create } : refuse(instances.reason);
}

function refuse(reason: Reason): ContinueDecision {
  return { send: 'refuse', reason };
}
