import { describe, expect, test } from '@jest/globals';
import type { RecordedFacts } from '../../../src/planning/node/classify-node.js';
import { classifyReplaced } from '../../../src/planning/node/classify-replaced.js';
import type { NodeObject, TalosObservation } from '../../../src/planning/node/observation.js';
import { aCluster, unreachable } from '../a-cluster.js';
import { factsOf, seenNode } from '../a-planned-node.js';

const well = aCluster();
const old = 'aaaaaaaa-0000-0000-0000-000000000001';
const made = 'bbbbbbbb-0000-0000-0000-000000000002';
const facts: RecordedFacts = { ...factsOf(well, 'work-1'), systemUuid: old };
const machine = { uuid: made };

const booted: Partial<TalosObservation> = { version: facts.wantedVersion, bootId: 'another-boot' };
const joined: Partial<NodeObject> = { bootId: 'another-boot', systemUuid: made };

const seen = (talos: Partial<TalosObservation>, object: Partial<NodeObject>) =>
  seenNode(well.withTalos('work-1', talos).withObject('work-1', object), 'work-1');

describe('a node whose machine was replaced', () => {
  test('is on target once its Node is the new machine, in the boot that Talos reports', () =>
    expect(classifyReplaced(facts, machine, seen(booted, joined))).toMatchObject({
      kind: 'on-target',
      bootId: 'another-boot',
      note: `joined with ${facts.wantedVersion}, system UUID ${made}`,
    }));

  test('is not, while its kubelet has not taken the Node over', () =>
    expect(classifyReplaced(facts, machine, seen(booted, {})).kind).toBe('rebooting'));

  test('compares the known identity of the machine, whatever the case of a UUID', () => {
    const upper = seen(booted, { ...joined, systemUuid: made.toUpperCase() });
    expect(classifyReplaced(facts, machine, upper).kind).toBe('on-target');
    expect(classifyReplaced(facts, { mac: 'bc:24:11:00:1f:44' }, seen(booted, joined)).kind).toBe(
      'on-target',
    );
  });

  test('of another machine fails, with both UUIDs', () => {
    const other = 'cccccccc-0000-0000-0000-000000000003';
    const state = classifyReplaced(facts, machine, seen(booted, { ...joined, systemUuid: other }));
    expect(state).toMatchObject({
      kind: 'failed',
      reason: { kind: 'machine-other', what: 'system UUID', expected: made, found: other },
    });
  });

  test.each([machine, { mac: 'bc:24:11:00:1f:44' }])('of the old machine fails (known by %j)', (known) => {
    const state = classifyReplaced(facts, known, seen(booted, { ...joined, systemUuid: old }));
    expect(state).toMatchObject({ kind: 'failed', reason: { kind: 'machine-not-replaced', uuid: old } });
  });

  test.each(['v1.12.1', 'v1.12.3'])('that joins with %s says that its template was another', (version) => {
    const state = classifyReplaced(facts, machine, seen({ ...booted, version }, joined));
    expect(state).toMatchObject({
      kind: 'failed',
      reason: { kind: 'machine-wrong-version', version, wanted: facts.wantedVersion },
    });
  });

  test('is waited for while it is unreachable, or still shows its previous boot', () => {
    const silent = { ...seen(booted, {}), talos: unreachable('no route to host') };
    expect(classifyReplaced(facts, machine, silent).kind).toBe('unreachable');
    expect(classifyReplaced(facts, machine, seen({ bootId: facts.bootId }, {})).kind).toBe('rebooting');
  });
});
