import { describe, expect, test } from '@jest/globals';
import type { Inventory } from '../../../src/inventory/schema.js';
import { aCluster, type Cluster, cordonedByRun, cordonedBySomebody } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

type Reboot = Inventory['upgrade']['reboot'];
type Mode = Reboot['mode'];

const well = aCluster();

/** The nodes that boot through their firmware, in the plan's order. */
function firmware(cluster: Cluster, only: readonly string[] = []): string {
  const nodes = planOf(cluster.planInput({ only })).hops[0]?.nodes ?? [];
  return nodes.flatMap((node) => (node.rebootMode === 'powercycle' ? [node.name] : [])).join(' ');
}

function rebooting(mode: Mode, canary: Mode, cluster = well): Cluster {
  return cluster.upgrading({ reboot: { mode, canary } });
}

function roles(controlPlane: Mode | undefined, worker: Mode | undefined, cluster: Cluster): Cluster {
  return cluster.declaring((inventory) => {
    const { 'control-plane': first, worker: second } = inventory.roles;
    return {
      ...inventory,
      roles: {
        'control-plane': { ...first, ...(controlPlane ? { reboot: controlPlane } : {}) },
        ...(second ? { worker: { ...second, ...(worker ? { reboot: worker } : {}) } } : {}),
      },
    };
  });
}

/** Nodes of a class of hardware. */
function hardware(cluster: Cluster, classes: Readonly<Record<string, string>>): Cluster {
  return cluster.declaring((inventory) => ({
    ...inventory,
    nodes: inventory.nodes.map((node) => {
      const named = classes[node.name];
      return named === undefined ? node : { ...node, hardware: named };
    }),
  }));
}

const everybody = 'ctrl-1 ctrl-2 ctrl-3 work-1 work-2 work-3';

describe('how nodes boot', () => {
  test.each<[string, Cluster, string]>([
    ['the default: the first of each role through its firmware', well, 'ctrl-1 work-1'],
    ['no node through the firmware', rebooting('default', 'default'), ''],
    ['everybody through the firmware', rebooting('powercycle', 'default'), everybody],
    ['everybody, canary or not', rebooting('powercycle', 'powercycle'), everybody],
    [
      'one role by its own setting',
      roles(undefined, 'powercycle', rebooting('default', 'default')),
      'work-1 work-2 work-3',
    ],
    [
      'a role that is spared',
      roles('default', undefined, rebooting('powercycle', 'default')),
      'work-1 work-2 work-3',
    ],
    [
      'a role that is spared, but for its first',
      roles('default', undefined, rebooting('powercycle', 'powercycle')),
      'ctrl-1 work-1 work-2 work-3',
    ],
  ])('%s', (_name, cluster, expected) => expect(firmware(cluster)).toBe(expected));

  test('is in the hash of the plan', () => {
    const hashes = [well, rebooting('default', 'default'), rebooting('powercycle', 'default')].map(
      (cluster) => planOf(cluster.planInput()).hash,
    );
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('the first of a class of hardware', () => {
  test.each<[string, Cluster, string]>([
    ['is one for each class', hardware(well, { 'work-2': 'nuc', 'work-3': 'nuc' }), 'ctrl-1 work-1 work-2'],
    [
      'is the canary, where that is of the class',
      hardware(well.withObject('work-1', cordonedBySomebody), { 'work-1': 'nuc', 'work-2': 'nuc' }),
      'ctrl-1 work-2 work-3',
    ],
    ['is not one that runs the target already', well.running('v1.12.6', 'ctrl-1', 'work-1'), 'ctrl-2 work-2'],
  ])('%s', (_name, cluster, expected) => {
    expect(firmware(cluster).split(' ').toSorted().join(' ')).toBe(expected);
  });

  test('is chosen among the named nodes', () => {
    expect(firmware(well, ['ctrl-3', 'work-2', 'work-3'])).toBe('ctrl-3 work-2');
  });

  test('is the first that is taken, where one goes first because an earlier run left it', () => {
    expect(firmware(well.withObject('ctrl-3', cordonedByRun('run/prox-ops/4')))).toBe('ctrl-3 work-1');
  });

  test.each([
    ['control-planes-first', 'ctrl-1'],
    ['workers-first', 'work-1'],
  ] as const)('is the first that is taken, %s, where both roles are of one class', (order, first) => {
    const classes = Object.fromEntries(well.inventory.nodes.map(({ name }) => [name, 'r640']));
    expect(firmware(hardware(well.upgrading({ order }), classes))).toBe(first);
  });
});
