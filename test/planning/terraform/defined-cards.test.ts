import { describe, expect, test } from '@jest/globals';
import { definedInterfaces } from '../../../src/planning/terraform/defined-cards.js';
import type { Json } from '../../../src/planning/terraform/terraform-json.js';

const proxmox = 'proxmox_virtual_environment_vm';

describe('the network interfaces in the attributes of a resource', () => {
  test.each<[string, string, Readonly<Record<string, Json>>, unknown]>([
    [
      'of Proxmox, where 0 is no tag',
      proxmox,
      {
        network_device: [
          { bridge: 'vmbr1', vlan_id: 0 },
          { bridge: 'vmbr1', vlan_id: 62 },
          { vlan_id: null },
        ],
      },
      [{ vlan: 'untagged', bridge: 'vmbr1' }, { vlan: 62, bridge: 'vmbr1' }, { vlan: 'untagged' }],
    ],
    [
      'of the lab, where tags are texts',
      'terraform_data',
      { input: { nics: [{ vlan: 'untagged' }, { vlan: '81' }] } },
      [{ vlan: 'untagged' }, { vlan: 81 }],
    ],
    ['an invalid tag', 'terraform_data', { input: { nics: [{ vlan: 'iot' }] } }, [{}]],
    ['none at all', proxmox, { network_device: [] }, []],
    ['no list', proxmox, { vm_id: 8004 }, undefined],
    ['an unknown type', 'thing', { network_device: [{ vlan_id: 62 }] }, undefined],
  ])('%s', (_name, type, values, cards) => expect(definedInterfaces(type, values)).toEqual(cards));

  test('are read where slipway.yaml says', () => {
    const values = { hardware: { ports: [{ net: { tag: 62 } }, { net: { tag: 81 } }] } };
    const paths = { list: 'hardware.ports', vlan: 'net.tag' };
    expect(definedInterfaces('thing', values, paths)).toEqual([{ vlan: 62 }, { vlan: 81 }]);
  });
});
