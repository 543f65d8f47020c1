import type {
  DiskImage,
  MachineRoom,
  VirtualMachine,
  VirtualMachineState,
  VirtualNic,
} from '../../hypervisor/machine-room.js';
import type { Slot } from '../boot-slots.js';
import type { Hardware } from '../hardware.js';
import type { ImageSource } from '../image-source.js';
import { reasonOf } from '../interruptible.js';
import type { Machine } from '../machine.js';

/** Where a machine room gets its machines and their disks from. */
export interface LabMachineRoomOptions {
  /** Every machine the cluster can have. */
  readonly machines: readonly Machine[];
  readonly images: ImageSource;
  /** Installer image that a template's disk was written with: `factory.talos.dev/nocloud-installer/<id>:v1.12.1`. */
  readonly imageOf: (image: DiskImage) => string;
}

/**
 * The machines of a lab as virtual machines. Each has the place the cluster gives it, by its name: its address, whatever
 * card it comes with. A machine that is destroyed leaves its Node object and its etcd member behind; replaced, it knows
 * nothing of either.
 */
export class LabMachineRoom implements MachineRoom {
  readonly #options: LabMachineRoomOptions;
  readonly #machines = new Map<number, Machine>();
  /** VLAN of a machine's first card when it was last known to be right. */
  readonly #vlans = new Map<Machine, VirtualNic['vlan']>();

  constructor(options: LabMachineRoomOptions) {
    this.#options = options;
  }

  /**
   * Says which virtual machine one of the lab's first machines is. It runs on; what it says of its UUID and its cards
   * changes. Throws a sentence when it is another one already.
   */
  adopt(vm: Omit<VirtualMachine, 'userData'>): void {
    const machine = this.#free(vm);
    if (!machine.body.exists) throw new Error(`Machine ${vm.name} is not there: create it.`);
    this.#machines.set(vm.vmid, machine);
    if (vm.nics[0] !== undefined) this.#vlans.set(machine, vm.nics[0].vlan);
    machine.body.identify(hardwareOf(vm));
  }

  async create(vm: VirtualMachine): Promise<void> {
    const machine = this.#free(vm);
    if (machine.body.exists)
      throw new Error(`Machine ${vm.name} is one of the lab's first machines: adopt it, or destroy it.`);
    const slot = await this.#slot(vm.image);
    machine.body.replacement({
      hardware: hardwareOf(vm),
      slot,
      connected: this.#isConnected(machine, vm),
      ...(vm.userData === undefined ? {} : { configuration: vm.userData }),
    });
    if (vm.diskGb <= 0) machine.disk.wipe('BOOT');
    this.#machines.set(vm.vmid, machine);
    switchOn(machine);
  }

  async destroy(vmid: number): Promise<void> {
    const machine = this.#machine(vmid);
    await machine.body.destroy();
    this.#machines.delete(vmid);
  }

  async powerOff(vmid: number): Promise<void> {
    await this.#machine(vmid).powerOff();
  }

  async powerOn(vmid: number): Promise<void> {
    switchOn(this.#machine(vmid));
  }

  stateOf(vmid: number): VirtualMachineState {
    const machine = this.#machine(vmid);
    const { power, body, definition, services } = machine;
    const hasAddress = power === 'on' && body.connected && services.get('machined')?.state === 'Running';
    return { power, ...(hasAddress ? { address: definition.address } : {}) };
  }

  /** The machine of a new virtual machine's name. */
  #free({ vmid, name }: Pick<VirtualMachine, 'vmid' | 'name'>): Machine {
    const taken = this.#machines.get(vmid);
    if (taken !== undefined) throw new Error(`VM ${vmid} exists already: it is ${taken.name}.`);
    const machine = this.#options.machines.find((candidate) => candidate.name === name);
    if (machine === undefined) {
      const names = this.#options.machines.map((one) => one.name).join(', ');
      throw new Error(`The lab has no place for a machine ${name}. It has ${names}.`);
    }
    for (const [other, there] of this.#machines)
      if (there === machine) throw new Error(`${name} exists already: it is VM ${other}.`);
    return machine;
  }

  #machine(vmid: number): Machine {
    const machine = this.#machines.get(vmid);
    if (machine === undefined) throw new Error(`There is no VM ${vmid} in the machine room.`);
    return machine;
  }

  async #slot(wanted: DiskImage): Promise<Slot> {
    const image = this.#options.imageOf(wanted);
    const content = await this.#options.images.exists(image);
    if (content !== undefined) return { ...content, image };
    throw new Error(`No template can hold ${image}: there is no such image.`);
  }

  /** Another VLAN than the one that was right leads nowhere. */
  #isConnected(machine: Machine, { nics }: VirtualMachine): boolean {
    const [first] = nics;
    if (first === undefined) return false;
    const right = this.#vlans.get(machine) ?? first.vlan;
    return first.vlan === right;
  }
}

function hardwareOf({ uuid, nics, pci }: Pick<VirtualMachine, 'uuid' | 'nics' | 'pci'>): Hardware {
  return { uuid, nics: nics.map(({ mac, vlan }) => ({ mac, vlan })), pci };
}

/** Whoever switches a machine on does not wait for its boot. */
function switchOn(machine: Machine): void {
  machine.powerOn().catch((error: unknown) => machine.record('broken', reasonOf(error)));
}
