import { describe, expect, test } from '@jest/globals';
import { parseInventory } from '../../src/inventory/load.js';
import { changedText, mistakesOf } from './an-inventory.js';

const gpu = { resource: 'nvidia.com/gpu', count: 1 };
const image = 'nvcr.io/nvidia/cuda:12.9.1-base-ubuntu24.04';
const probe = { name: 'gpu', image, command: ['nvidia-smi'] };

const probed = (...probes: unknown[]): string =>
  changedText((draft) => {
    draft.setIn(['nodes', 3, 'gpu'], draft.createNode(gpu));
    draft.setIn(['nodes', 3, 'hardware'], 'big');
    draft.setIn(['probes'], draft.createNode(probes));
  });

describe('an inventory with smoke tests', () => {
  test.each<[string, object]>([
    ['every node', {}],
    ['a role', { for: { role: 'worker' } }],
    ['a pool', { for: { hardware: 'big' } }],
    ['a node', { for: { nodes: ['w'] } }],
    ['whoever has a GPU', { for: { resource: 'nvidia.com/gpu' }, resources: { 'nvidia.com/gpu': 1 } }],
    [
      'the network of the node',
      { hostNetwork: true, capabilities: ['NET_RAW'], namespace: 'slipway-probes-host', limit: '30s' },
    ],
    [
      'a network of its own',
      { annotations: { 'k8s.v1.cni.cncf.io/networks': 'network/iot-vlan62' }, args: ['-c', '3'] },
    ],
  ])('is valid with one for %s', (_name, more) =>
    expect(mistakesOf(probed({ ...probe, ...more }))).toEqual([]),
  );

  test('has a namespace and two minutes by default', () => {
    const loaded = parseInventory(probed(probe), 'slipway.yaml');
    expect(loaded).toMatchObject({
      ok: true,
      inventory: { probes: [{ namespace: 'slipway-probes', limit: 120_000 }] },
    });
  });

  test.each<[string, object, string]>([
    ['a node that is none', { for: { nodes: ['v'] } }, 'v is no node of this cluster'],
    ['a pool without nodes', { for: { hardware: 'fpga' } }, 'no node is of all that it says'],
    ['a resource that nobody offers', { for: { resource: 'amd.com/gpu' } }, 'no node is of all that it says'],
    ['less than a second', { limit: '300ms' }, 'shorter than a second'],
    ['a shell string', { command: 'nvidia-smi -L' }, 'probes[0].command'],
    ['an image of several words', { image: 'cuda nvidia-smi' }, 'an image is written'],
    ['half a card', { resources: { 'nvidia.com/gpu': 0.5 } }, 'probes[0].resources'],
    ['a resource that is none', { resources: { gpu: 1 } }, 'probes[0].resources'],
    ['a name that no Pod may have', { name: 'GPU 1' }, 'probes[0].name'],
    ['all rights', { privileged: true }, 'is no setting'],
  ])('has a mistake with one with %s', (_name, more, what) => {
    const mistakes = mistakesOf(probed({ ...probe, ...more }));
    expect(mistakes).toHaveLength(1);
    expect(JSON.stringify(mistakes)).toContain(what);
  });

  test('has a mistake with two of the same name', () =>
    expect(JSON.stringify(mistakesOf(probed(probe, probe)))).toContain('probes[0] is called gpu too'));
});
