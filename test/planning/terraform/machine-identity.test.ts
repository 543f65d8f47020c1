import { describe, expect, test } from '@jest/globals';
import { machineIdentity, otherMachine } from '../../../src/planning/terraform/machine-identity.js';
import type { Json, StateResource, TerraformState } from '../../../src/planning/terraform/terraform-json.js';

const address = 'module.worker_nodes["k8s-work-1"]';

function state(resources: readonly Partial<StateResource>[]): TerraformState {
  const full = resources.map((one, at) => ({
    address: `${address}.thing.a${at}`,
    mode: 'managed' as const,
    type: 'thing',
    name: `a${at}`,
    ...one,
  }));
  return { values: { root_module: { child_modules: [{ address, resources: full }] } } };
}

const lab = {
  type: 'terraform_data',
  values: { id: 'AB-1', input: { nics: [{ mac: 'BC:24:11:00:1F:44' }] } },
};

describe('the identity of a machine in a state', () => {
  test('of the lab: the id is the UUID', () =>
    expect(machineIdentity(state([lab]), address)).toEqual({
      uuid: 'ab-1',
      mac: 'bc:24:11:00:1f:44',
      cards: [{ vlan: 'untagged' }],
    }));

  test.each<[string, Json, object]>([
    [
      'smbios and network interface',
      { smbios: [{ uuid: 'U' }], network_device: [{ mac_address: 'M' }] },
      { uuid: 'u', mac: 'm', cards: [{ vlan: 'untagged' }] },
    ],
    [
      'no smbios block',
      { smbios: [], network_device: [{ mac_address: 'M' }] },
      { mac: 'm', cards: [{ vlan: 'untagged' }] },
    ],
    ['nothing', { vm_id: 8004 }, {}],
  ])('of Proxmox: %s', (_name, values, identity) => {
    const vm = { type: 'proxmox_virtual_environment_vm', values: values as StateResource['values'] };
    expect(machineIdentity(state([vm]), address)).toEqual(identity);
  });

  test('is found where slipway.yaml says, beside resources that have none', () => {
    const values: Readonly<Record<string, Json>> = { machine: { uuid: 'X' }, cards: [{}, { mac: 'Y' }] };
    const paths = { thing: { uuid: 'machine.uuid', mac: 'cards[1].mac' } };
    expect(machineIdentity(state([{ values: {} }, { values }]), address, paths)).toEqual({
      uuid: 'x',
      mac: 'y',
    });
  });

  test('is none of another address, of a data source, or of what a replacement left behind', () => {
    expect(machineIdentity(state([lab]), 'module.worker_nodes["k8s-work-10"]')).toEqual({});
    expect(machineIdentity(state([{ ...lab, mode: 'data' }]), address)).toEqual({});
    expect(machineIdentity(state([{ ...lab, deposed_key: '1234' }]), address)).toEqual({});
  });
});

describe('a machine that answers', () => {
  const expected = { uuid: 'u', mac: 'm' };
  test.each([
    [{ uuid: 'U', macs: ['M', 'N'] }, undefined],
    [{ uuid: 'u', macs: ['n', 'm'] }, undefined],
    [{ uuid: 'u' }, undefined],
    [
      { uuid: 'x', macs: ['m'] },
      { what: 'system UUID', expected: 'u', found: 'x' },
    ],
    [
      { uuid: 'u', macs: ['n'] },
      { what: 'MAC', expected: 'm', found: 'n' },
    ],
    [
      { uuid: 'u', macs: [] },
      { what: 'MAC', expected: 'm', found: 'none' },
    ],
  ])('%j', (found, other) => expect(otherMachine(expected, found)).toEqual(other));

  test('cannot be determined where nothing is known', () =>
    expect(otherMachine({}, { uuid: 'x', macs: ['n'] })).toBeUndefined());
});
