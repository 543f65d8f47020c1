/** A network interface as the hypervisor attaches it. The bridge adds the tag: the guest never sees it. */
export interface VirtualNic {
  /** Lower case, with colons. */
  readonly mac: string;
  readonly vlan: 'untagged' | number;
  /** `virtio` */
  readonly model: string;
}

/** The content of a disk: a template's, or that of a machine cloned from it. */
export interface DiskImage {
  /** `v1.12.1` */
  readonly talos: string;
  /** Image Factory schematic id. */
  readonly schematic: string;
}

/** A virtual machine that the hypervisor created, ready to start. */
export interface VirtualMachine {
  readonly vmid: number;
  /** Its name in Terraform; the inventory's node has the same. */
  readonly name: string;
  readonly host: string;
  /** Id of the template it was cloned from. */
  readonly template: number;
  /** SMBIOS UUID: what Talos shows as system UUID. */
  readonly uuid: string;
  readonly nics: readonly VirtualNic[];
  readonly cpu: number;
  readonly memoryMb: number;
  readonly diskGb: number;
  /** Names of PCI mappings: `thor-gpu`. */
  readonly pci: readonly string[];
  readonly image: DiskImage;
  /** Machine configuration that came with the machine. Without one Talos waits in maintenance mode. */
  readonly userData?: string;
}

/** The hypervisor's and its guest agent's information on a machine. */
export interface VirtualMachineState {
  readonly power: 'on' | 'off';
  /** True address, once the guest has one. */
  readonly address?: string;
}

/** The machines of a hypervisor. */
export interface HypervisorAdapter {
  /** Creates the machine with an empty state on its image's disk, and starts it. Returns before it has booted. */
  create(vm: VirtualMachine): Promise<void>;
  /** Cuts the power, and deletes its disk. */
  destroy(vmid: number): Promise<void>;
  powerOff(vmid: number): Promise<void>;
  powerOn(vmid: number): Promise<void>;
  stateOf(vmid: number): VirtualMachineState | Promise<VirtualMachineState>;
}
