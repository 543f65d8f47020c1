import { describe, expect, test } from '@jest/globals';
import { expectationBroken, isOnTarget, runningSchematic } from '../../../src/planning/node/expectations.js';
import { emptySchematic } from '../../../src/planning/versions/installer-image.js';
import { aCluster, answered, type Cluster, unreachable, workerSchematic } from '../a-cluster.js';
import { answersOf, plannedNode, seenNode } from '../a-planned-node.js';

const well = aCluster();
const node = plannedNode('work-1');
const other = 'e'.repeat(64);

describe('what a node is expected to be', () => {
  test('is what it was when the plan was made', () => {
    expect(expectationBroken(node, seenNode(well, 'work-1'))).toBeUndefined();
  });

  test('does not hang on the order of extensions, on cordons or on labels', () => {
    const changed = well
      .withTalos('work-1', { extensions: node.expects.extensions?.toReversed() ?? [] })
      .withObject('work-1', { unschedulable: true, labels: {} });
    expect(expectationBroken(node, seenNode(changed, 'work-1'))).toBeUndefined();
  });

  test.each<[string, Cluster, object]>([
    [
      'another version',
      well.withTalos('work-1', { version: 'v1.12.3' }),
      { what: 'version', expected: 'v1.12.1', found: 'v1.12.3' },
    ],
    [
      'the target already',
      well.withTalos('work-1', { version: 'v1.12.6' }),
      { what: 'version', found: 'v1.12.6' },
    ],
    [
      'another schematic',
      well.withTalos('work-1', { schematic: other }),
      { what: 'schematic', expected: workerSchematic, found: other },
    ],
    [
      'no schematic',
      well.withTalos('work-1', { schematic: undefined }),
      { what: 'schematic', found: 'none' },
    ],
    [
      'an extension less',
      well.withTalos('work-1', { extensions: [] }),
      { what: 'extensions', found: 'none' },
    ],
    [
      'another name',
      well.withTalos('work-1', { nodename: 'talos-abc' }),
      { what: 'name', found: 'talos-abc' },
    ],
  ])('is broken by %s', (_name, cluster, reason) => {
    expect(expectationBroken(node, seenNode(cluster, 'work-1'))).toMatchObject({
      kind: 'expectation-broken',
      node: 'work-1',
      ...reason,
    });
  });

  test.each<[string, Cluster, string]>([
    [
      'Talos does not answer',
      well.withNode('work-1', (n) => ({ ...n, talos: unreachable('x') })),
      'talos-unreachable',
    ],
    [
      'Kubernetes does not answer',
      well.withNode('work-1', (n) => ({ ...n, kubernetes: unreachable('x') })),
      'kubernetes-unreachable',
    ],
    [
      'its Node is gone',
      well.withNode('work-1', (n) => ({ ...n, kubernetes: answered(undefined) })),
      'node-missing',
    ],
  ])('is not known when %s', (_name, cluster, kind) => {
    expect(expectationBroken(node, seenNode(cluster, 'work-1'))?.kind).toBe(kind);
  });
});

describe('the target', () => {
  const { talos } = answersOf(seenNode(well, 'work-1'));

  test.each([
    ['v1.12.1', workerSchematic, true],
    ['v1.12.6', workerSchematic, false],
    ['v1.12.1', other, false],
  ])('%s of %s is reached: %s', (version, schematic, reached) =>
    expect(isOnTarget({ version, schematic }, talos)).toBe(reached),
  );

  test('of a plain image is the empty schematic, unless it has unknown extensions', () => {
    expect(runningSchematic({ schematic: undefined, extensions: [] })).toBe(emptySchematic);
    expect(runningSchematic({ schematic: undefined, extensions: ['x'] })).toBe('none');
  });
});
