import type {
  DiskImage,
  HypervisorAdapter,
  VirtualMachine,
  VirtualMachineState,
  VirtualNic,
} from '../../hypervisor/hypervisor-adapter.js';
import type { Slot } from '../boot-slots.js';
import type { Hardware } from '../hardware.js';
import type { ImageSource } from '../image-source.js';
import { reasonOf } from '../interruptible.js';
import type { Machine } from '../machine.js';

/** The machines and disks of a hypervisor adapter. */
export interface LabMachineRoomOptions {
  /** Every machine the cluster can have. */
  readonly machines: readonly Machine[];
  readonly images: ImageSource;
  /** Installer image of a template's disk: `factory.talos.dev/nocloud-installer/<id>:v1.12.1`. */
  readonly imageOf: (image: DiskImage) => string;
}

/**
 * The machines of a lab as virtual machines. Each takes its identity in the cluster from its name: its address, whatever interfaces it has.
 * A destroyed machine leaves its Node object and its etcd member behind; its replacement knows neither.
 */
export class LabHypervisorAdapter implements HypervisorAdapter {
  readonly #options: LabMachineRoomOptions;
  readonly #machines = new Map<number, Machine>();
  /** VLAN of a machine's first interface when it was last known to be right. */
  readonly #vlans = new Map<Machine, VirtualNic['vlan']>();

  constructor(options: LabMachineRoomOptions) {
    this.#options = options;
  }

  /**
   * Assigns one of the lab's first machines its virtual machine. It keeps running; its reported UUID and interfaces change. Throws a
   * sentence when it already has another one.
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

  /** The machine with a new virtual machine's name. */
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
    if (machine === undefined) throw new Error(`There is no VM ${vmid} in the hypervisor adapter.`);
    return machine;
  }

  async #slot(wanted: DiskImage): Promise<Slot> {
    const image = this.#options.imageOf(wanted);
    const content = await this.#options.images.exists(image);
    if (content !== undefined) return { ...content, image };
    throw new Error(`No template can hold ${image}: there is no such image.`);
  }

  /** A VLAN other than the right one leads nowhere. */
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

/** A start returns without waiting for the boot. */
function switchOn(machine: Machine): void {
  machine.powerOn().catch((error: unknown) => machine.record('broken', reasonOf(error)));
}
