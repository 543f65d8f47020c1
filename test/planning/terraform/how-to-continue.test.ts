import { describe, expect, test } from '@jest/globals';
import { howToContinue, type ContinueQuestion } from '../../../src/planning/terraform/how-to-continue.js';
import type { StateInstance } from '../../../src/planning/terraform/state-instances.js';

const node = 'k8s-work-1';
const address = 'module.worker_nodes["k8s-work-1"]';
const vm = `${address}.terraform_data.vm`;
const old = '0a000000-0000-0000-0000-000000000001';
const made = '0b000000-0000-0000-0000-000000000002';
const another = '0c000000-0000-0000-0000-000000000003';
const mac = 'bc:24:11:00:1f:44';

const inState = (id: string, tainted = false): Partial<ContinueQuestion> => ({
  present: [{ address: vm, type: 'terraform_data', id, tainted, deposed: [] } satisfies StateInstance],
  lacking: [],
  identity: { uuid: id, mac },
});
const waiting = (uuid: string): Partial<ContinueQuestion> => ({
  machine: { kind: 'maintenance', uuid, macs: [mac] },
});
const joined = (uuid: string): Partial<ContinueQuestion> => ({
  machine: { kind: 'configured', uuid, macs: [mac] },
});

/** Asked of a machine that is gone, from the state too, and of which nothing answers. */
function decide(first: Partial<ContinueQuestion> = {}, second: Partial<ContinueQuestion> = {}): unknown {
  const decision = howToContinue({
    node,
    address,
    present: [],
    lacking: [vm],
    identity: {},
    oldUuid: old.toUpperCase(),
    machine: { kind: 'unreachable' },
    lost: false,
    ...first,
    ...second,
  });
  if (decision.send === 'refuse') return decision.reason.kind;
  if (decision.send === 'nothing') return 'nothing';
  return [decision.replace.map((one) => one.address), decision.create];
}

describe('a machine that an earlier run left incomplete', () => {
  test('is made where the state lacks it and nothing answers', () => {
    expect(decide()).toEqual([[], [vm]]);
  });

  test('is not recreated by an attempt that follows a lost one', () => {
    expect(decide({ lost: true })).toBe('terraform-unclear');
  });

  test('is not made beside a machine that the state does not know', () => {
    expect(decide(waiting(made))).toBe('terraform-machine-unrecorded');
    expect(decide(joined(made))).toBe('terraform-machine-unrecorded');
  });

  test('is recreated where Terraform knows that its creation failed', () => {
    expect(decide(inState(made, true))).toEqual([[vm], []]);
    expect(decide(inState(made, true), waiting(made))).toEqual([[vm], []]);
    expect(decide(inState(made, true), { lost: true })).toBe('terraform-unclear');
  });

  test('is left alone where it is made: it waits, it has joined, or it does not answer yet', () => {
    expect(decide(inState(made), waiting(made))).toBe('nothing');
    expect(decide(inState(made), joined(made))).toBe('nothing');
    expect(decide(inState(made))).toBe('nothing');
    expect(decide(inState(made), { lost: true })).toBe('nothing');
  });

  test('is never destroyed once it has a part in the cluster', () => {
    expect(decide(inState(made, true), joined(made))).toBe('terraform-incomplete');
  });

  test('is not taken for another one that stands there', () => {
    expect(decide(inState(made), waiting(another))).toBe('machine-other');
    expect(decide(inState(made, true), waiting(another))).toBe('machine-other');
  });
});

describe('the old machine', () => {
  test('that answers was never replaced', () => {
    expect(decide(inState(old), joined(old))).toBe('machine-not-replaced');
    expect(decide(joined(old))).toBe('machine-not-replaced');
    expect(decide(inState(made), waiting(old))).toBe('machine-not-replaced');
  });

  test('that the state still holds may be running, although it is unreachable', () => {
    expect(decide(inState(old))).toBe('terraform-unclear');
    expect(decide(inState(old, true))).toBe('terraform-unclear');
  });

  test('cannot be distinguished from the new one where the state holds no system UUID', () => {
    expect(decide(inState(made), { identity: { mac } })).toBe('terraform-unclear');
    expect(decide(inState(made, true), { identity: {} })).toBe('terraform-unclear');
  });
});

describe('a machine that rolls back to the previous version', () => {
  const rollsBackAutomatically = { remakes: true };

  test('is recreated even if it is complete: it waits, or is unreachable', () => {
    expect(decide(inState(made), { ...waiting(made), ...rollsBackAutomatically })).toEqual([[vm], []]);
    expect(decide(inState(made), rollsBackAutomatically)).toEqual([[vm], []]);
    expect(decide(rollsBackAutomatically)).toEqual([[], [vm]]);
  });

  test('is not made twice by an attempt that follows a lost one', () => {
    expect(decide(inState(made), { ...waiting(made), ...rollsBackAutomatically, lost: true })).toBe(
      'nothing',
    );
    expect(decide(inState(made), { ...rollsBackAutomatically, lost: true })).toBe('nothing');
    expect(decide({ ...rollsBackAutomatically, lost: true })).toBe('terraform-unclear');
  });

  test('is not destroyed where it has joined meanwhile, is the old one, or another one', () => {
    expect(decide(inState(made), { ...joined(made), ...rollsBackAutomatically })).toBe('terraform-unclear');
    expect(decide(inState(old), rollsBackAutomatically)).toBe('terraform-unclear');
    expect(decide(inState(old), { ...waiting(old), ...rollsBackAutomatically })).toBe('machine-not-replaced');
    expect(decide(inState(made), { ...waiting(another), ...rollsBackAutomatically })).toBe('machine-other');
  });
});
