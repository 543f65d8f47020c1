import { randomUUID } from 'node:crypto';
import type { FaultAt } from '../faults/catalogue.js';
import { madeUpMac, type Vm } from './inventory.js';
import type { DiskImage } from './hypervisor-adapter.js';

/** A VLAN that no cluster of the lab uses. */
const WRONG_VLAN = 4000;

/** The effect of each clone fault on the requested VM. `before`: the previous content of that id and template. */
const spoils: Readonly<Record<FaultAt<'vm:cloned'>, (vm: Vm, before: DiskImage | undefined) => Vm>> = {
  'vm-boots-old-image': (vm, before) => ({ ...vm, image: before ?? vm.image }),
  'vm-other-uuid': (vm) => ({ ...vm, uuid: randomUUID() }),
  'vm-wrong-mac': (vm) => ({
    ...vm,
    nics: vm.nics.map((nic, index) => (index === 0 ? { ...nic, mac: madeUpMac() } : nic)),
  }),
  'vm-wrong-vlan': (vm) => ({
    ...vm,
    nics: vm.nics.map((nic, index) => (index === vm.nics.length - 1 ? { ...nic, vlan: WRONG_VLAN } : nic)),
  }),
  'vm-nic-missing': (vm) => ({ ...vm, nics: vm.nics.slice(0, -1) }),
  'vm-without-disk': (vm) => ({ ...vm, diskGb: 0 }),
  'vm-without-gpu': (vm) => ({ ...vm, pci: [] }),
};

/** The VM after that fault. The hypervisor reports what it really is; Terraform knows what it requested. */
export function spoilt(fault: FaultAt<'vm:cloned'>, vm: Vm, before: DiskImage | undefined): Vm {
  return spoils[fault](vm, before);
}
