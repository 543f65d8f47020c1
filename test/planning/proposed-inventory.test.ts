import { describe, expect, test } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import type { Document } from 'yaml';
import { parseInventory } from '../../src/inventory/load.js';
import type { Inventory } from '../../src/inventory/schema.js';
import { proposedInventory } from '../../src/planning/proposed-inventory.js';
import { changedText } from '../inventory/an-inventory.js';

function inventory(change: (draft: Document) => void = () => undefined): Inventory {
  const loaded = parseInventory(changedText(change), 'slipway.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.inventory;
}

const base = inventory();
const schematic = 'ab'.repeat(32);
/** What a head may say of anything: the inventory with all its texts changed, its numbers too, and keys of others beside them. */
const hostile = (value: unknown, salt: string): unknown => {
  if (typeof value === 'string') return `${salt}${value}`;
  if (typeof value === 'number') return value + 1;
  if (Array.isArray(value)) return value.map((one) => hostile(one, salt));
  if (value === null || typeof value !== 'object') return value;
  return {
    ...Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hostile(one, salt)])),
    extra: salt,
  };
};

describe('what a pull request proposes', () => {
  test('is its versions and its schematics', () => {
    const head = inventory((draft) => {
      draft.setIn(['versions', 'talos'], 'v1.12.7');
      draft.setIn(['roles', 'control-plane', 'schematic'], schematic);
      draft.setIn(['nodes', 0, 'schematic'], schematic);
    });
    const proposed = proposedInventory(base, head);
    expect(proposed.versions.talos).toBe('v1.12.7');
    expect(proposed.roles['control-plane'].schematic).toBe(schematic);
    expect(proposed.nodes[0]?.schematic).toBe(schematic);
    expect({
      ...proposed,
      versions: base.versions,
      roles: base.roles,
      nodes: base.nodes,
    }).toEqual(base);
  });

  test('takes the schematic of its own from a node, too', () => {
    const own = inventory((draft) => draft.setIn(['nodes', 0, 'schematic'], schematic));
    expect(proposedInventory(own, base).nodes[0]).toEqual(base.nodes[0]);
  });

  test('adds no node, and takes none away', () => {
    const fewer = inventory((draft) => draft.deleteIn(['nodes', base.nodes.length - 1]));
    expect(proposedInventory(base, fewer).nodes).toEqual(base.nodes);
    expect(proposedInventory(fewer, base).nodes).toEqual(fewer.nodes);
  });

  test('is nothing else, whatever its head says', () => {
    assert(
      property(string({ minLength: 1 }), (salt) => {
        const head = hostile(base, salt) as Inventory;
        const proposed = proposedInventory(base, head);
        expect({
          ...proposed,
          versions: base.versions,
          roles: withoutSchematics(proposed.roles),
          nodes: withoutSchematics(proposed.nodes),
        }).toEqual({
          ...base,
          roles: withoutSchematics(base.roles),
          nodes: withoutSchematics(base.nodes),
        });
        expect(Object.keys(proposed.versions)).toEqual(['talos', 'kubernetes']);
      }),
      { numRuns: 200 },
    );
  });
});

function withoutSchematics(of: object): unknown {
  return JSON.parse(
    JSON.stringify(of, (key, value: unknown) => (key === 'schematic' ? undefined : value)),
  ) as unknown;
}
