import { describe, expect, test } from '@jest/globals';
import type { NetworkInterface } from '../../../src/inventory/network-cards.js';
import {
  interfacesText,
  lostIdentity,
  wrongDefinitions,
  wrongLinks,
} from '../../../src/planning/node/network-interfaces.js';
import type { DefinedInterface } from '../../../src/planning/terraform/defined-cards.js';

const worker: NetworkInterface[] = ['untagged', 62, 81];
const three: DefinedInterface[] = [{ vlan: 'untagged' }, { vlan: 62 }, { vlan: 81 }];

describe('the network interfaces of a machine in the Terraform state', () => {
  test.each<[string, NetworkInterface[], DefinedInterface[], string[]]>([
    ['one is missing', worker, three.slice(0, 2), ['card 3 (VLAN 81) is missing']],
    ['one is one too many', ['untagged'], three.slice(0, 2), ['card 2 (VLAN 62) is one too many']],
    [
      'two are exchanged',
      worker,
      [{ vlan: 'untagged' }, { vlan: 81 }, { vlan: 62 }],
      ['card 2 is VLAN 81, and should be VLAN 62', 'card 3 is VLAN 62, and should be VLAN 81'],
    ],
    [
      'one lost its tag',
      worker,
      [{ vlan: 'untagged' }, { vlan: 'untagged' }, { vlan: 81 }],
      ['card 2 is untagged, and should be VLAN 62'],
    ],
    [
      'one is on another bridge',
      [{ vlan: 62, bridge: 'vmbr1' }],
      [{ vlan: 62, bridge: 'vmbr0' }],
      ['card 1 is on vmbr0, and should be on vmbr1'],
    ],
  ])('are reported: %s', (_name, wanted, defined, wrong) =>
    expect(wrongDefinitions(wanted, defined)).toEqual({
      wanted: wanted.length,
      found: defined.length,
      wrong,
    }),
  );

  test.each<[string, NetworkInterface[], DefinedInterface[]]>([
    ['as they should be', worker, three],
    ['whose tags the state does not hold', worker, [{}, {}, {}]],
    ['whose bridge it does not hold', [{ vlan: 'untagged', bridge: 'vmbr1' }], [{ vlan: 'untagged' }]],
  ])('are well: %s', (_name, wanted, defined) => expect(wrongDefinitions(wanted, defined)).toBeUndefined());
});

describe('the links of a machine', () => {
  const virtio = (mac: string) => ({ mac, driver: 'virtio_net' });
  const seen = [virtio('bc:24:11:00:00:01'), virtio('bc:24:11:00:00:02'), virtio('bc:24:11:00:00:03')];

  test('are as many as slipway.yaml names, in whatever order the guest counts them', () =>
    expect(wrongLinks(worker, seen.toReversed())).toBeUndefined());

  test('are reported with number and MACs', () =>
    expect(wrongLinks(worker, seen.slice(0, 2))).toEqual({
      wanted: 3,
      found: 2,
      wrong: ['the machine shows 2 of 3, with bc:24:11:00:00:01, bc:24:11:00:00:02'],
    }));

  test('have the drivers and the beginnings of MACs that are named', () => {
    const card = { vlan: 62, driver: 'virtio_net', mac: 'BC:24:11' } as const;
    expect(wrongLinks([card, card, card], seen)).toBeUndefined();
    const other = [...seen.slice(0, 2), { mac: '52:54:00:00:00:03', driver: 'e1000' }];
    expect(wrongLinks([card, card, card], other)?.wrong).toEqual([
      '2 of 3 have the driver virtio_net',
      'the MACs of 2 of 3 begin with bc:24:11',
    ]);
  });
});

describe('the network identity of a node', () => {
  const before = { address: '10.0.0.4', macs: ['a', 'b', 'c'] };

  test.each([
    ['all is as it was', before, 'a', undefined],
    ['the other network interfaces have new MACs', { ...before, macs: ['a', 'x', 'y'] }, 'a', undefined],
    ['the guest counts otherwise', { ...before, macs: ['y', 'x', 'a'] }, 'a', undefined],
    [
      'the first MAC is gone',
      { ...before, macs: ['x', 'b', 'c'] },
      'a',
      { what: 'MAC', before: 'a', now: 'x, b, c' },
    ],
    [
      'Terraform made another first network interface',
      { ...before, macs: ['x', 'b', 'c'] },
      'x',
      { what: 'MAC', before: 'a, b, c', now: 'x' },
    ],
    [
      'the state holds none, and the first is gone',
      { ...before, macs: ['x'] },
      undefined,
      { what: 'MAC', before: 'a', now: 'x' },
    ],
    [
      'it has another address',
      { ...before, address: '10.0.0.99' },
      'a',
      { what: 'address', before: '10.0.0.4', now: '10.0.0.99' },
    ],
    [
      'it has none',
      { ...before, address: undefined },
      'a',
      { what: 'address', before: '10.0.0.4', now: 'none' },
    ],
  ])('%s', (_name, now, first, lost) => expect(lostIdentity(before, now, first)).toEqual(lost));

  test('is not compared where nothing was recorded', () =>
    expect(lostIdentity({}, { address: 'x', macs: ['y'] }, undefined)).toBeUndefined());
});

test('network interfaces are named with their VLANs', () =>
  expect([interfacesText(worker), interfacesText(['untagged'])]).toEqual([
    '3 network interfaces (untagged, VLAN 62, VLAN 81)',
    '1 network interface (untagged)',
  ]));
