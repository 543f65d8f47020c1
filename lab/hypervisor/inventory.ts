import { randomBytes } from 'node:crypto';
import type { DiskImage, VirtualMachine } from './machine-room.js';
import type { VmRequest } from './requests.js';

/** A template: what VMs of one role are cloned from on one host. */
export interface Template {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  /** What is on its disk. */
  readonly image: DiskImage;
  /** It can be cloned. */
  readonly whole: boolean;
}

/** A VM as the hypervisor knows it. */
export interface Vm extends VirtualMachine {
  readonly pool: string;
  readonly bridge: string;
  /**
   * `running` while it is being made: it is locked. `failed`: that broke off half way. `abandoned`: whoever asked for it
   * went away meanwhile; it was cloned and never started.
   */
  readonly creation: 'running' | 'failed' | 'abandoned' | 'done';
  /** The machine room has it. One that never booted is on and is not there. */
  readonly inRoom: boolean;
  /** What the hypervisor says: on, though nothing may boot in it. */
  readonly power: 'on' | 'off';
}

/** What the hypervisor has before anybody asks: a lab begins with machines that run. */
export interface FirstInventory {
  readonly hosts: readonly string[];
  readonly templates?: readonly Omit<Template, 'whole'>[];
  /** They are in the machine room already, and on. */
  readonly vms?: readonly Omit<Vm, 'creation' | 'inRoom' | 'power'>[];
  /**
   * Machines that run before the hypervisor has a VM for them: the first VM that is made under such a name is that machine.
   * So a first `terraform apply` gives a running lab its state.
   */
  readonly running?: {
    readonly names: readonly string[];
    /** Tells the machine room which VM a machine is. */
    adopt(vm: VirtualMachine): void;
  };
}

/** Prefix of the MACs that Proxmox makes up. */
const OUI = 'bc:24:11';

/** A MAC nobody asked for. */
export function madeUpMac(): string {
  return [OUI, ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** The VM a request asks for, cloned from that image and not made yet. */
export function askedFor(request: VmRequest, image: DiskImage): Vm {
  const { nics, userData, ...rest } = request;
  return {
    ...rest,
    nics: nics.map((nic) => ({ ...nic, mac: nic.mac ?? madeUpMac() })),
    ...(userData ? { userData } : {}),
    image,
    creation: 'running',
    inRoom: false,
    power: 'off',
  };
}
