import type { Reason } from '../reasons/reason.js';
import { otherMachine, type MachineIdentity } from './machine-identity.js';
import { recordInstances, type RecordedInstance, type StateInstance } from './state-instances.js';

/** State of an incomplete replacement. */
export interface ContinueQuestion {
  readonly node: string;
  /** Its Terraform address. */
  readonly address: string;
  /** The part of the state that is replaced with the machine. */
  readonly present: readonly StateInstance[];
  /** What a plan without `-replace` would create there. */
  readonly lacking: readonly string[];
  /** Identity of the machine in the state; empty where there is none, or the state holds no identity. */
  readonly identity: MachineIdentity;
  /** SMBIOS UUID of the old machine, as its Node still says. */
  readonly oldUuid: string | undefined;
  /** State of the machine at the node's address. */
  readonly machine:
    | { readonly kind: 'unreachable' }
    | {
        readonly kind: 'maintenance' | 'configured';
        readonly uuid: string;
        readonly macs: readonly string[];
      };
  /** An attempt of this step began to send something. */
  readonly lost: boolean;
  /** The node rolls back: the new machine has the wrong version, and is recreated even if it is complete. */
  readonly remakes?: boolean;
}

/** `nothing`: the machine is complete. Otherwise `replace` lists incomplete resources, and `create` lists missing ones. */
export type ContinueDecision =
  | { readonly send: 'nothing' }
  | {
      readonly send: 'make';
      readonly replace: readonly RecordedInstance[];
      readonly create: readonly string[];
    }
  | { readonly send: 'refuse'; readonly reason: Reason };

/**
 * How to resume an incomplete replacement. A person requested it, with a plan that says so. Still, only resources shown to be incomplete
 * are destroyed, and nothing is created where a machine exists that the state does not know. A responding machine takes precedence over the
 * state.
 */
export function howToContinue(question: ContinueQuestion): ContinueDecision {
  const { node, address, present, lacking, identity, machine, lost } = question;
  const old = question.oldUuid?.toLowerCase();
  // A lost attempt may have completed what it began: that is not destroyed again.
  const remakes = question.remakes === true && !lost;
  const spoilt = present.filter((instance) => instance.tainted || remakes);
  const unclear = (why: string): ContinueDecision =>
    refuse({ kind: 'terraform-unclear', node, address, why });
  const whole = spoilt.length === 0 && lacking.length === 0;
  if (machine.kind !== 'unreachable') {
    const { uuid, macs } = machine;
    if (uuid.toLowerCase() === old) return refuse({ kind: 'machine-not-replaced', node, uuid });
    const known = identity.uuid !== undefined || identity.mac !== undefined;
    if (!known) return refuse({ kind: 'terraform-machine-unrecorded', node, address: lacking[0] ?? address });
    const other = otherMachine(identity, { uuid, macs });
    if (other) return refuse({ kind: 'machine-other', node, ...other });
    if (whole) return { send: 'nothing' };
    if (machine.kind === 'configured' && remakes)
      return unclear('it has joined the cluster by now, and is not destroyed as if it had not');
    // It has joined the cluster: whatever the state says of it, it is not destroyed.
    if (machine.kind === 'configured') return refuse({ kind: 'terraform-incomplete', node, address });
    return make(spoilt, lacking);
  }
  const inState = present.length > 0;
  if (inState && identity.uuid === undefined)
    return unclear('the state holds no system UUID of it, and nothing answers at its address');
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
