import type { FaultDescription } from '../faults/catalogue.js';

/** The hypervisor's part of the fault catalogue. A machine's name is that of its VM. */
export const hypervisorFaults = {
  'host-unreachable': {
    does: 'The hypervisor does not reach the host of the VM for as long as the fault is armed: every request about a VM there fails, its machines run on.',
    point: 'hypervisor:host',
    node: 'optional',
    lasts: 'standing',
  },
  'template-missing': {
    does: 'Somebody deleted the template by hand: the VM cannot be cloned.',
    point: 'vm:template',
    node: 'optional',
    lasts: 'once',
  },
  'template-keeps-old-image': {
    does: 'A template that is replaced holds the image it had before, under its new name.',
    point: 'template:imported',
    node: 'none',
    lasts: 'once',
  },
  'template-create-fails': {
    does: 'The image cannot be imported: the template is there, incomplete, and cannot be cloned.',
    point: 'template:importing',
    node: 'none',
    lasts: 'once',
  },
  'vm-create-hangs': {
    does: 'The VM is being cloned for as long as the fault is armed and somebody waits for it; its request gets no answer.',
    point: 'vm:cloning',
    node: 'optional',
    lasts: 'standing',
  },
  'vm-create-slow': {
    does: 'Cloning the VM takes far longer than usual, as on a storage that is busy.',
    point: 'vm:clone-time',
    node: 'optional',
    lasts: 'once',
  },
  'vm-create-fails': {
    does: 'The VM is made, but not switched on: the request fails after half of its work.',
    point: 'vm:made',
    node: 'optional',
    lasts: 'once',
  },
  'vm-destroy-fails': {
    does: 'The VM is locked: it cannot be destroyed, and runs on.',
    point: 'vm:destroying',
    node: 'optional',
    lasts: 'once',
  },
  'vm-never-boots': {
    does: 'The VM is on, but its firmware finds nothing to boot, until somebody switches it off and on by hand.',
    point: 'vm:starting',
    node: 'optional',
    lasts: 'once',
  },
  'vm-answer-hangs': {
    does: 'The VM is made and on, and whoever asked for it hears nothing of it for as long as the fault is armed.',
    point: 'vm:started',
    node: 'optional',
    lasts: 'standing',
  },
  'vm-boots-old-image': {
    does: 'The VM is cloned from what its template held before: it boots the old version.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-other-uuid': {
    does: 'The VM has another SMBIOS UUID than the one that was asked for.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-wrong-mac': {
    does: 'The first network interface of the VM has another MAC than the one that was asked for.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-wrong-vlan': {
    does: 'The last network interface of the VM is in another VLAN than the one that was asked for.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-nic-missing': {
    does: 'The VM lacks its last network interface.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-without-disk': {
    does: 'The VM has lost its disk: it is on, and finds nothing to boot.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
  'vm-without-gpu': {
    does: 'The VM gets none of its PCI devices.',
    point: 'vm:cloned',
    node: 'optional',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;
