import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Inventory } from '../../../src/inventory/schema.js';
import { proposedInventory, settingsNotPlanned } from '../../../src/planning/merge/proposed-inventory.js';
import { aReplacingCluster } from '../a-replacing-cluster.js';

const { inventory: plain } = aReplacingCluster();
/** With what an inventory may leave out, too. */
const inventory: Inventory = {
  ...plain,
  vip: '10.20.67.99',
  devices: { 'nvidia.com/gpu': {} },
  controlPlane: { ...plain.controlPlane, endpoint: 'https://10.20.67.1:6443' },
  upgrade: { ...plain.upgrade, mayLoseExtensions: ['siderolabs/iscsi-tools'] },
};
const poison = 'poisoned';
const own = 'b'.repeat(64);

/** Where a pull request may say something: `versions.talos`, `roles.worker.schematic`, `nodes.3.schematic`. */
const counts = /^(versions[.](talos|kubernetes)|roles[.][^.]+[.]schematic|nodes[.]\d+[.]schematic)$/;

/** A value in which every leaf that is chosen is another one, and every object that is chosen has one more. */
function poisoned(value: unknown, chosen: () => boolean, at = ''): unknown {
  const below = (key: string | number): string => (at === '' ? String(key) : `${at}.${key}`);
  if (Array.isArray(value)) return value.map((part, index) => poisoned(part, chosen, below(index)));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries([
      ...Object.entries(value).map(([key, part]) => [key, poisoned(part, chosen, below(key))]),
      ...(chosen() ? [['added', poison]] : []),
    ]);
  return !counts.test(at) && chosen() ? poison : value;
}

/** All of an inventory but what a pull request may say. */
function rest(from: Inventory): unknown {
  const without = (value: unknown, at = ''): unknown => {
    if (Array.isArray(value))
      return value.map((part, index) => without(part, `${at}.${index}`.slice(at === '' ? 1 : 0)));
    if (typeof value !== 'object' || value === null) return value;
    const below = (key: string): string => (at === '' ? key : `${at}.${key}`);
    const kept = Object.entries(value).filter(([key]) => !counts.test(below(key)));
    return Object.fromEntries(kept.map(([key, part]) => [key, without(part, below(key))]));
  };
  return without(from);
}

const version = fc.constantFrom('v1.12.6', 'v1.12.9', 'v1.13.4', 'v1.14.0');
const schematic = fc.constantFrom('c'.repeat(64), 'd'.repeat(64));
const proposal = fc.record({
  talos: version,
  kubernetes: version,
  worker: schematic,
  node: fc.option(schematic, { nil: undefined }),
  chosen: fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
});

describe('what a pull request is planned with', () => {
  test('has nothing of it but versions and schematics, whatever else it says', () => {
    fc.assert(
      fc.property(proposal, ({ talos, kubernetes, worker, node, chosen }) => {
        let index = 0;
        const other = poisoned(inventory, () => chosen[(index += 1) % chosen.length] ?? false) as Inventory;
        const head: Inventory = {
          ...other,
          versions: { talos, kubernetes },
          roles: {
            ...other.roles,
            worker: { ...(other.roles.worker ?? inventory.roles['control-plane']), schematic: worker },
          },
          nodes: other.nodes.map((one) =>
            one.name === 'work-2' && node ? { ...one, schematic: node } : one,
          ),
        };
        const planned = proposedInventory({ base: inventory, branch: inventory, head });
        expect(JSON.stringify(planned)).not.toContain(poison);
        expect(rest(planned)).toEqual(rest(inventory));
        expect(planned.versions).toEqual({ talos, kubernetes });
        expect(planned.roles.worker?.schematic).toBe(worker);
      }),
      { numRuns: 500 },
    );
  });

  test('has what the branch says by now where the pull request changes nothing', () => {
    const branch = {
      ...inventory,
      versions: { talos: 'v1.12.9', kubernetes: 'v1.35.2' },
      nodes: inventory.nodes.map((node) => ({ ...node, schematic: own })),
    };
    const head = { ...inventory, versions: { ...inventory.versions, talos: 'v1.13.4' } };
    const planned = proposedInventory({ base: inventory, branch, head });
    expect(planned.versions).toEqual({ talos: 'v1.13.4', kubernetes: 'v1.35.2' });
    expect(planned.nodes).toEqual(branch.nodes);
  });

  test('takes a schematic of one node, and removes it again', () => {
    const withOwn = { ...inventory, nodes: inventory.nodes.map((node) => ({ ...node, schematic: own })) };
    const taken = proposedInventory({ base: inventory, branch: inventory, head: withOwn });
    expect(taken.nodes.map(({ schematic: one }) => one)).toEqual(inventory.nodes.map(() => own));
    const given = proposedInventory({ base: withOwn, branch: withOwn, head: inventory });
    expect(given.nodes).toEqual(inventory.nodes);
  });

  test('knows no node and no role that only the pull request has', () => {
    const [first] = inventory.nodes;
    if (!first) throw new Error('there is none');
    const stranger = { ...first, name: 'unmanaged', address: '203.0.113.9', schematic: own };
    const head = { ...inventory, nodes: [...inventory.nodes, stranger] };
    expect(proposedInventory({ base: inventory, branch: inventory, head })).toEqual(inventory);
    const { worker: _, ...roles } = inventory.roles;
    const alone = { ...inventory, roles, nodes: inventory.nodes.filter(({ role }) => role !== 'worker') };
    expect(proposedInventory({ base: alone, branch: alone, head: inventory })).toEqual(alone);
  });
});

describe('settings that are not planned with', () => {
  test.each<[string, (one: Inventory) => Inventory, string[]]>([
    [
      'none of versions and schematics',
      (one) => ({ ...one, versions: { talos: 'v1.13.4', kubernetes: 'v1.36.0' } }),
      [],
    ],
    [
      'none of a schematic that a node gets',
      (one) => ({ ...one, nodes: one.nodes.map((node) => ({ ...node, schematic: own })) }),
      [],
    ],
    [
      'what reaches the cluster',
      (one) => ({ ...one, access: { ...one.access, kubernetes: { file: 'other' } } }),
      ['access'],
    ],
    [
      'several, in order',
      (one) => ({
        ...one,
        vip: '10.0.0.99',
        image: { ...one.image, factory: 'factory.example.org' },
        nodes: one.nodes.slice(1),
      }),
      ['image', 'nodes', 'vip'],
    ],
  ])('%s', (_name, change, expected) =>
    expect(settingsNotPlanned({ base: inventory, head: change(inventory) })).toEqual(expected),
  );
});
