import { describe, expect, test } from '@jest/globals';
import type { RecordedInstance, StateInstance } from '../../../src/planning/terraform/state-instances.js';
import {
  type MachineSeen,
  type SendQuestion,
  whatToSend,
} from '../../../src/planning/terraform/what-to-send.js';
import { vmAddress, vmType } from './a-plan.js';

const node = 'k8s-work-1';
/** Its id is new each time. */
const byUuid: RecordedInstance = {
  address: 'module.n["a"].terraform_data.vm',
  type: 'terraform_data',
  id: 'uuid-old',
};
/** Its id stays the same. */
const fixedId: RecordedInstance = { address: vmAddress, type: vmType, id: '8004' };
const snippet: RecordedInstance = {
  address: 'module.worker_nodes["k8s-work-1"].proxmox_virtual_environment_file.patch',
  type: 'proxmox_virtual_environment_file',
  id: 'local:snippets/a',
};
const wait: RecordedInstance = {
  address: 'module.n["a"].null_resource.wait',
  type: 'null_resource',
  id: '77',
};

const inState = (one: RecordedInstance, more: Partial<StateInstance> = {}): StateInstance => ({
  address: one.address,
  type: one.type,
  id: one.id,
  tainted: false,
  deposed: [],
  ...more,
});

function decide(question: Partial<SendQuestion>): unknown {
  const decision = whatToSend({
    node,
    recorded: [byUuid],
    recordedSerial: 41,
    present: [inState(byUuid)],
    presentSerial: 42,
    machine: 'unknown',
    ...question,
  });
  if (decision.send === 'refuse') return decision.refusals.map(({ kind }) => kind);
  if (decision.send === 'replace')
    return ['replace', decision.replace.map(({ address }) => address), decision.create];
  return decision.send === 'create' ? ['create', decision.create] : 'nothing';
}

describe('of a resource whose id is new each time', () => {
  test('-replace is passed while the state holds the recorded id', () => {
    expect(decide({})).toEqual(['replace', [byUuid.address], []]);
  });

  test('and never once it holds another one', () => {
    expect(decide({ present: [inState(byUuid, { id: 'uuid-new' })] })).toBe('nothing');
  });

  test.each<[MachineSeen, unknown]>([
    ['none', ['create', [byUuid.address]]],
    ['another', ['terraform-machine-unrecorded']],
    ['recorded', ['terraform-machine-unrecorded']],
    ['unknown', ['terraform-unclear']],
  ])('gone from the state while the machine is: %s', (machine, expected) =>
    expect(decide({ present: [], machine })).toEqual(expected),
  );

  test('a deposed object alone is nothing the state holds', () => {
    const present = [inState(byUuid, { id: undefined, deposed: ['5c1f'] })];
    expect(decide({ present, machine: 'none', presentSerial: 41 })).toEqual(['create', [byUuid.address]]);
    expect(decide({ present, machine: 'none' })).toEqual(['terraform-incomplete']);
  });
});

describe('of a machine whose new one has the same id', () => {
  const question = { recorded: [fixedId], present: [inState(fixedId)] };

  test('-replace is passed while the state was not written', () => {
    expect(decide({ ...question, presentSerial: 41 })).toEqual(['replace', [vmAddress], []]);
  });

  test.each<[MachineSeen, unknown]>([
    ['recorded', ['replace', [vmAddress], []]],
    ['another', 'nothing'],
    ['none', ['create', [vmAddress]]],
    ['unknown', ['terraform-unclear']],
  ])('once it was written, the machine says whether it is the old one: %s', (machine, expected) =>
    expect(decide({ ...question, machine })).toEqual(expected),
  );

  test('what is beside it is no machine: made where it is gone, left alone where the machine is new', () => {
    const recorded = [fixedId, snippet, wait];
    const present = [inState(fixedId), inState(snippet)];
    expect(decide({ recorded, present, machine: 'another' })).toEqual(['create', [wait.address]]);
    expect(decide({ recorded, present: [inState(wait)], machine: 'another' })).toEqual([
      'terraform-machine-unrecorded',
    ]);
    expect(decide({ recorded, present: [inState(snippet)], machine: 'none' })).toEqual([
      'create',
      [fixedId.address, wait.address],
    ]);
  });
});

describe('what was not made to its end', () => {
  test.each<[string, Partial<StateInstance>]>([
    ['tainted', { id: 'uuid-new', tainted: true }],
    ['left behind', { id: 'uuid-new', deposed: ['5c1f'] }],
  ])('%s is for a person', (_name, more) =>
    expect(decide({ present: [inState(byUuid, more)] })).toEqual(['terraform-incomplete']),
  );

  test('tainted before it was recorded is replaced as any other', () => {
    const recorded: RecordedInstance[] = [{ ...byUuid, tainted: true }];
    const present = [inState(byUuid, { tainted: true })];
    expect(decide({ recorded, present })).toEqual(['replace', [byUuid.address], []]);
    expect(decide({ recorded, present: [inState(byUuid, { tainted: true, id: 'uuid-new' })] })).toEqual([
      'terraform-incomplete',
    ]);
  });

  test('a machine with a fixed id that is new and tainted is not taken for done', () => {
    const recorded: RecordedInstance[] = [{ ...fixedId, tainted: true }];
    const present = [inState(fixedId, { tainted: true })];
    expect(decide({ recorded, present, machine: 'another' })).toEqual(['terraform-incomplete']);
  });
});

test('what is old is replaced, and what is new already is left alone', () => {
  const present = [inState(byUuid), inState(wait, { id: '78' })];
  expect(decide({ recorded: [byUuid, wait], present })).toEqual(['replace', [byUuid.address], []]);
});
