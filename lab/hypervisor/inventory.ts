import { randomBytes } from 'node:crypto';
import type { DiskImage, VirtualMachine } from './hypervisor-adapter.js';
import type { VmRequest } from './requests.js';

/** A template: the source of the VMs of one role on one host. */
export interface Template {
  readonly id: number;
  readonly name: string;
  readonly host: string;
  /** The content of its disk. */
  readonly image: DiskImage;
  /** It is ready to be cloned. */
  readonly whole: boolean;
}

/** A VM as the hypervisor knows it. */
export interface Vm extends VirtualMachine {
  readonly pool: string;
  readonly bridge: string;
  /**
   * `running` while it is being created: it is locked. `failed`: creation broke off. `abandoned`: the client disconnected meanwhile; it was
   * cloned and never started.
   */
  readonly creation: 'running' | 'failed' | 'abandoned' | 'done';
  /** The hypervisor adapter has it. A VM that never booted is on and not in the adapter. */
  readonly inRoom: boolean;
  /** The hypervisor's power state: on, though it may have nothing to boot. */
  readonly power: 'on' | 'off';
}

/** The hypervisor's initial state: a lab begins with running machines. */
export interface FirstInventory {
  readonly hosts: readonly string[];
  readonly templates?: readonly Omit<Template, 'whole'>[];
  /** They are in the hypervisor adapter already, and on. */
  readonly vms?: readonly Omit<Vm, 'creation' | 'inRoom' | 'power'>[];
  /**
   * Machines that run before the hypervisor has a VM for them: the first VM created under such a name is that machine. So a first
   * `terraform apply` gives a running lab its state.
   */
  readonly running?: {
    readonly names: readonly string[];
    /** Assigns a machine its VM in the hypervisor adapter. */
    adopt(vm: VirtualMachine): void;
  };
}

/** Prefix of the MACs that Proxmox generates. */
const OUI = 'bc:24:11';

/** A generated MAC. */
export function madeUpMac(): string {
  return [OUI, ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** The requested VM, cloned from that image and not created yet. */
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
