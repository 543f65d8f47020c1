import type { Reason } from '../reasons/reason.js';
import { type AddedRules, rulesOf } from './resource-rules.js';
import type { RecordedInstance, StateInstance } from './state-instances.js';

/** The machine at the node's address, by its SMBIOS UUID or boot: the recorded one, another one, nothing, or not known. */
export type MachineSeen = 'recorded' | 'another' | 'none' | 'unknown';

export interface SendQuestion {
  readonly node: string;
  /** Recorded before the first attempt, with the serial of the state they were read from. */
  readonly recorded: readonly RecordedInstance[];
  readonly recordedSerial: number;
  /** What the state holds now at the node's address. */
  readonly present: readonly StateInstance[];
  readonly presentSerial: number;
  readonly machine: MachineSeen;
  readonly rules?: AddedRules;
}

/**
 * `replace`: plan with one `-replace` for each of `replace`. `create`: plan without `-replace`; each of `create` is gone and is created.
 * `nothing`: everything is new already. `refuse`: a person decides.
 */
export type SendDecision =
  | {
      readonly send: 'replace';
      readonly replace: readonly RecordedInstance[];
      readonly create: readonly string[];
    }
  | { readonly send: 'create'; readonly create: readonly string[] }
  | { readonly send: 'nothing' }
  | { readonly send: 'refuse'; readonly refusals: readonly Reason[] };

type Standing = 'old' | 'new' | 'gone' | 'unclear';

/**
 * What an attempt may send, the first one or one that follows a lost one (I6). `-replace` is not repeatable: sent again, it destroys what
 * the lost attempt had just created. So it is sent only for instances shown to be the recorded ones. Where a new instance has the id of the
 * old one (a VM with a fixed id), the id proves nothing once the state was written: then the machine does.
 */
export function whatToSend(question: SendQuestion): SendDecision {
  const { node, recorded, present } = question;
  const standings = recorded.map((instance) => ({ instance, standing: standingOf(question, instance) }));
  const of = (standing: Standing): RecordedInstance[] =>
    standings.filter((one) => one.standing === standing).map((one) => one.instance);
  const [old, gone] = [of('old'), of('gone')];
  const refusals: Reason[] = [
    ...present
      .filter((instance) => incompleteReplacement(question, instance, old))
      .map(({ address }): Reason => ({ kind: 'terraform-incomplete', node, address })),
    ...of('unclear').map(({ address, id }): Reason => ({
      kind: 'terraform-unclear',
      node,
      address,
      why: `its id ${id} is that of the old and of the new one, the state was written since, and nobody knows what stands there`,
    })),
    ...overGone(question, gone),
  ];
  if (refusals.length > 0) return { send: 'refuse', refusals };
  const create = gone.map(({ address }) => address);
  if (old.length > 0) return { send: 'replace', replace: old, create };
  return create.length > 0 ? { send: 'create', create } : { send: 'nothing' };
}

/** Tainted or deposed since it was recorded. An instance that was tainted before is replaced like any other. */
function incompleteReplacement(
  { recordedSerial, presentSerial }: SendQuestion,
  instance: StateInstance,
  old: readonly RecordedInstance[],
): boolean {
  if (presentSerial === recordedSerial) return false;
  const before = old.find(({ address }) => address === instance.address);
  return instance.deposed.length > 0 || (instance.tainted && before?.tainted !== true);
}

function standingOf(question: SendQuestion, instance: RecordedInstance): Standing {
  const { present, presentSerial, recordedSerial, machine, rules } = question;
  const now = present.find(({ address }) => address === instance.address);
  if (now?.id === undefined) return 'gone';
  if (now.id !== instance.id) return 'new';
  const reusesId = rulesOf(instance.type, 'machine', rules).reusesId ?? true;
  if (presentSerial === recordedSerial || !reusesId || machine === 'recorded') return 'old';
  if (machine === 'unknown') return 'unclear';
  // The state has it and the infrastructure does not: refreshing finds out, and the plan creates it.
  return machine === 'none' && mayBeMachine(question, instance) ? 'gone' : 'new';
}

/** What the state lacks is created only where no machine exists. */
function overGone(question: SendQuestion, gone: readonly RecordedInstance[]): Reason[] {
  const { node, machine } = question;
  if (machine === 'none') return [];
  return gone
    .filter((instance) => mayBeMachine(question, instance))
    .map(({ address }): Reason =>
      machine === 'unknown'
        ? {
            kind: 'terraform-unclear',
            node,
            address,
            why: 'the state does not hold it, and nobody knows whether a machine stands there',
          }
        : { kind: 'terraform-machine-unrecorded', node, address },
    );
}

/** The machine among the recorded instances; where no type is known to be one, all that may be. */
function mayBeMachine({ recorded }: SendQuestion, { type }: RecordedInstance): boolean {
  const known = recorded.some((one) => rulesOf(one.type, 'machine').machine === true);
  const { machine, disposable } = rulesOf(type, 'machine');
  return known ? machine === true : machine !== false && disposable !== true;
}
