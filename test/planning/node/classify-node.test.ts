import { describe, expect, test } from '@jest/globals';
import { armedMarkText } from '../../../src/planning/node/armed.js';
import { classifyNode, type NodeClass } from '../../../src/planning/node/classify-node.js';
import type { TalosObservation } from '../../../src/planning/node/observation.js';
import { aCluster, type Cluster, marked, unreachable, workerSchematic } from '../a-cluster.js';
import { factsOf, seenNode } from '../a-planned-node.js';

const well = aCluster();
const facts = factsOf(well, 'work-1');
const same = { bootId: facts.bootId };
const booted = { bootId: 'another-boot' };
const target = { version: 'v1.12.6', ...booted };

function seen(talos: Partial<TalosObservation>, nodeBootId = facts.bootId): NodeClass {
  const cluster = well.withTalos('work-1', talos).withObject('work-1', { bootId: nodeBootId });
  return classifyNode(facts, seenNode(cluster, 'work-1'));
}

describe('a node after its install was sent', () => {
  test.each<[string, Partial<TalosObservation>, NodeClass['kind']]>([
    ['runs on as before', same, 'untouched'],
    ['upgrades', { ...same, stage: 'upgrading' }, 'installing'],
    ['installs', { ...same, stage: 'installing' }, 'installing'],
    ['goes down', { ...same, stage: 'rebooting', ready: false }, 'rebooting'],
    ['shuts down', { ...same, stage: 'shutting down' }, 'rebooting'],
    ['runs the new version', target, 'on-target'],
    ['runs the new version, not ready yet', { ...target, ready: false }, 'on-target'],
    ['boots the new version with everything there', { ...target, stage: 'booting' }, 'on-target'],
    [
      'boots the new version, extensions not listed yet',
      { ...target, stage: 'booting', extensions: [] },
      'rebooting',
    ],
    [
      'boots the new version, schematic not reported yet',
      { ...target, stage: 'booting', schematic: undefined },
      'rebooting',
    ],
    ['says the new version with the boot id from before', { ...target, ...same }, 'rebooting'],
  ])('%s', (_name, talos, kind) => expect(seen(talos).kind).toBe(kind));

  test.each<[string, Partial<TalosObservation>, object]>([
    [
      'came back on the old version',
      booted,
      { kind: 'back-on-old-version', version: 'v1.12.1', wanted: 'v1.12.6' },
    ],
    ['boots the old version again', { ...booted, stage: 'booting' }, { kind: 'back-on-old-version' }],
    [
      'runs a third version',
      { ...booted, version: 'v1.12.3' },
      { kind: 'wrong-version', version: 'v1.12.3', wanted: 'v1.12.6' },
    ],
    [
      'came back made of something else',
      { ...target, schematic: 'e'.repeat(64) },
      { kind: 'wrong-schematic', schematic: 'e'.repeat(64), wanted: workerSchematic },
    ],
    [
      'came back without an extension',
      { ...target, extensions: ['siderolabs/qemu-guest-agent'] },
      { kind: 'extensions-lost', lost: ['siderolabs/nvidia-open-gpu-kernel-modules-production'] },
    ],
  ])('%s: no waiting changes that', (_name, talos, reason) => {
    expect(seen(talos)).toMatchObject({ kind: 'failed', reason: { node: 'work-1', ...reason } });
  });

  test('that does not answer is unreachable, whatever its Node says', () => {
    const cluster: Cluster = well.withNode('work-1', (node) => ({
      ...node,
      talos: unreachable('connection refused'),
    }));
    const changed = cluster.withObject('work-1', { bootId: 'another-boot' });
    expect(classifyNode(facts, seenNode(changed, 'work-1'))).toEqual({
      kind: 'unreachable',
      note: 'does not answer: connection refused',
    });
  });

  test("goes by the Node's boot id where Talos gives none, but only once it has changed", () => {
    expect(seen({ version: 'v1.12.6' }, 'another-boot')).toMatchObject({
      kind: 'on-target',
      bootId: 'another-boot',
    });
    expect(seen({ version: 'v1.12.6' }).kind).toBe('rebooting');
    expect(seen({}, 'another-boot').kind).toBe('failed');
    expect(seen({}, '').kind).toBe('untouched');
  });

  test('is judged by the boot id Talos gives, not by what the kubelet reported last', () => {
    expect(seen(same, 'another-boot').kind).toBe('untouched');
    expect(seen(target)).toMatchObject({ kind: 'on-target', bootId: 'another-boot' });
  });

  test('gained an extension: nothing is wrong with that', () => {
    expect(seen({ ...target, extensions: [...facts.extensions, 'siderolabs/new'] }).kind).toBe('on-target');
  });

  test.each([
    ['lifecycle', 'runs v1.12.1 and shows no sign of the reboot request'],
    ['legacy', 'runs v1.12.1 and shows no sign of the upgrade request'],
    [undefined, 'runs v1.12.1 and shows no sign of the upgrade request'],
  ] as const)('of the flow %s shows no sign of what was asked last', (flow, note) => {
    const asked = { ...facts, ...(flow === undefined ? {} : { flow }) };
    expect(classifyNode(asked, seenNode(well.withTalos('work-1', same), 'work-1'))).toEqual({
      kind: 'untouched',
      note,
    });
  });

  test.each([
    [true, {}],
    ['run', { whole: true }],
  ] as const)('that rolls back (%s) reports its rollback, whatever the flow of its upgrade', (back, more) => {
    for (const flow of ['legacy', 'lifecycle'] as const) {
      const left = { ...facts, flow, version: 'v1.12.6', wantedVersion: 'v1.12.1' };
      const look = (talos: Partial<TalosObservation>): NodeClass =>
        classifyNode(
          left,
          seenNode(well.withTalos('work-1', { version: 'v1.12.6', ...talos }), 'work-1'),
          back,
        );
      expect(look(same)).toEqual({
        kind: 'untouched',
        note: 'runs v1.12.6 and shows no sign of the rollback',
      });
      expect(look(booted)).toEqual({
        kind: 'failed',
        note: 'booted v1.12.6 again',
        reason: {
          kind: 'rollback-not-booted',
          node: 'work-1',
          version: 'v1.12.6',
          wanted: 'v1.12.1',
          ...more,
        },
      });
      expect(look({ ...booted, version: 'v1.12.1' }).kind).toBe('on-target');
    }
  });

  const installed = armedMarkText(facts.wantedVersion, facts.bootId, facts.wantedSchematic);
  test.each([
    ['legacy', undefined, undefined],
    ['lifecycle', installed, undefined],
    ['lifecycle', undefined, true],
    ['lifecycle', armedMarkText('v1.12.4', facts.bootId, facts.wantedSchematic), true],
  ] as const)(
    'of the flow %s that is back on the old version, with the annotation %s, was perhaps never sent anything: %s',
    (flow, armed, unconfirmed) => {
      const marks = marked({ armed });
      const back = well.withTalos('work-1', booted).withObject('work-1', { ...booted, marks });
      const found = classifyNode({ ...facts, flow }, seenNode(back, 'work-1'));
      const reason: unknown = found.kind === 'failed' ? found.reason : undefined;
      expect(reason).toEqual({
        kind: 'back-on-old-version',
        node: 'work-1',
        version: 'v1.12.1',
        wanted: 'v1.12.6',
        ...(unconfirmed ? { unconfirmed } : {}),
      });
    },
  );

  test('is not on target at the version it had, with another schematic, before it has booted', () => {
    const other = { ...facts, wantedVersion: facts.version, wantedSchematic: 'e'.repeat(64) };
    const look = (talos: Partial<TalosObservation>): NodeClass['kind'] =>
      classifyNode(other, seenNode(well.withTalos('work-1', talos), 'work-1')).kind;
    expect(look({ ...booted, schematic: 'e'.repeat(64) })).toBe('on-target');
    expect(look(same)).not.toBe('on-target');
    expect(look(same)).not.toBe('failed');
    expect(look(booted)).toBe('failed');
  });

  test('always has a note that follows its name', () => {
    for (const talos of [same, booted, target, { ...same, stage: 'upgrading' }]) {
      expect(seen(talos).note).toMatch(/^(runs|installs|says|booted|boots|is) /);
    }
  });
});
