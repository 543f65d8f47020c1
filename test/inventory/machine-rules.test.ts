import { describe, expect, test } from '@jest/globals';
import type { Document } from 'yaml';
import { changedText, mistakesOf } from './an-inventory.js';

/** The smallest valid inventory, with workers that get their machine configuration from Slipway. */
function inventory(change: (draft: Document) => void): string {
  return changedText((draft) => {
    const configuration = { by: 'apply-config', file: { file: 'machines/{node}.yaml' } };
    draft.setIn(['roles', 'worker', 'configuration'], draft.createNode(configuration));
    draft.setIn(['nodes', 3, 'hardware'], 'gpu');
    change(draft);
  });
}

const patched = (...patches: unknown[]) =>
  inventory((draft) => draft.setIn(['patches'], draft.createNode(patches)));
const patch = { exec: ['sops', '-d', 'patches/{node}.yaml'] };

describe('an inventory with patches', () => {
  test.each<[string, object]>([
    ['a role', { role: 'worker' }],
    ['a pool', { hardware: 'gpu' }],
    ['a node', { nodes: ['w'] }],
    ['all of them together', { role: 'worker', hardware: 'gpu', nodes: ['w'] }],
  ])('is valid with one for %s', (_name, wanted) =>
    expect(mistakesOf(patched({ for: wanted, patch }))).toEqual([]),
  );

  test.each<[string, object, string]>([
    ['a node that is none', { for: { nodes: ['v'] }, patch }, 'v is no node of this cluster'],
    ['a pool without nodes', { for: { hardware: 'fpga' }, patch }, 'no node is of all that it says'],
    [
      'a role and a node of another',
      { for: { role: 'control-plane', nodes: ['w'] }, patch },
      'no node is of all that it says',
    ],
    ['nodes that Terraform configures', { patch }, 'whose machine configuration Slipway does not send'],
    ['a patch in clear', { patch: { machine: { sysctls: {} } } }, 'by reference'],
  ])('has a mistake with one for %s', (_name, one, what) => {
    const [mistake] = mistakesOf(patched(one));
    expect(JSON.stringify(mistake)).toContain(what);
  });
});

describe('the time of a patch', () => {
  test('is the creation of a machine, or when its node is Ready', () => {
    expect(mistakesOf(patched({ for: { role: 'worker' }, patch, when: 'creation' }))).toEqual([]);
    expect(mistakesOf(patched({ for: { role: 'worker' }, patch, when: 'after-ready' }))).toEqual([]);
    expect(JSON.stringify(mistakesOf(patched({ for: { role: 'worker' }, patch, when: 'later' })))).toContain(
      'when',
    );
  });

  test('may be when they are Ready for nodes that Terraform configures too', () =>
    expect(mistakesOf(patched({ patch, when: 'after-ready' }))).toEqual([]));
});

describe('an inventory with network interfaces', () => {
  const cards = (...nics: unknown[]) =>
    mistakesOf(inventory((draft) => draft.setIn(['roles', 'worker', 'nics'], draft.createNode(nics))));

  test('is valid with only VLANs, and with more attributes of each interface', () =>
    expect(
      cards('untagged', 62, { vlan: 'untagged', bridge: 'vmbr2', driver: 'virtio_net', mac: 'bc:24:11' }),
    ).toEqual([]));

  test.each<[string, unknown[]]>([
    [
      'two untagged ones on one bridge',
      [
        { vlan: 'untagged', bridge: 'a' },
        { vlan: 'untagged', bridge: 'a' },
      ],
    ],
    ['two untagged ones', ['untagged', { vlan: 'untagged' }]],
    ['a VLAN there is not', [4095]],
    ['a MAC that is none', [{ vlan: 62, mac: 'bc-24' }]],
  ])('has a mistake with %s', (_name, nics) => expect(cards(...nics)).toHaveLength(1));
});

test('an inventory with a device for a resource that no node has is refused', () => {
  const text = inventory((draft) =>
    draft.setIn(['devices'], draft.createNode({ 'nvidia.com/gpu': { label: 'x' } })),
  );
  expect(mistakesOf(text)).toEqual([expect.objectContaining({ what: 'no node offers it' })]);
});
