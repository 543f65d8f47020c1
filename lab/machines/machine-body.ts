import type { Slot } from './boot-slots.js';
import { Disk } from './disk.js';
import { usualHardware, digestOf, type Hardware } from './hardware.js';
import type { Machine, MachineDefinition } from './machine.js';

/** What a machine is replaced with. */
export interface NewBody {
  readonly hardware: Hardware;
  /** What the template's disk holds. */
  readonly slot: Slot;
  /** A machine configuration that came with the machine. */
  readonly configuration?: string;
  /** False: nobody can reach it, and it can reach nobody. */
  readonly connected?: boolean;
}

/** The hardware and the disk of a machine: what goes when it is destroyed, and comes when it is replaced. */
export class MachineBody {
  readonly #machine: Machine;
  #disk: Disk;
  #hardware: Hardware;
  #exists = true;
  #connected = true;
  #booted = true;

  constructor(machine: Machine, definition: MachineDefinition, slot: Slot) {
    const { name, bootloader, configuration } = definition;
    this.#machine = machine;
    this.#hardware = usualHardware(name);
    this.#disk = new Disk({
      slot,
      blank: false,
      machineId: digestOf(name),
      ...(bootloader === undefined ? {} : { bootloader }),
      ...(configuration === undefined ? {} : { configuration }),
    });
  }

  get disk(): Disk {
    return this.#disk;
  }

  get hardware(): Hardware {
    return this.#hardware;
  }

  /** False between its end and its new beginning. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Whether its network leads anywhere. */
  get connected(): boolean {
    return this.#connected;
  }

  /** True once after it was replaced. */
  takeFirstBoot(): boolean {
    const first = !this.#booted;
    this.#booted = true;
    return first;
  }

  /** Names the hardware of a machine that runs; what it says of itself changes, and nothing else. */
  identify(hardware: Hardware): void {
    this.#hardware = hardware;
    this.#machine.parts.identify(this.#machine);
  }

  /** A power cut, and all its disks are gone. Its Node object and its etcd member stay, and mean nothing. */
  async destroy(): Promise<void> {
    if (!this.#exists) return;
    const machine = this.#machine;
    await machine.powerOff();
    await machine.parts.wipe(machine);
    this.#exists = false;
    machine.record('destroyed');
  }

  /** Replaces it, switched off. Throws a sentence when it is there. */
  replacement(made: NewBody): void {
    const machine = this.#machine;
    if (this.#exists) throw new Error(`Machine ${machine.name} is there: it can be made only after its end.`);
    const { configuration, slot } = made;
    const { bootloader } = machine.definition;
    this.#disk = new Disk({
      slot,
      blank: true,
      ...(bootloader === undefined ? {} : { bootloader }),
      ...(configuration === undefined ? {} : { configuration }),
    });
    this.#hardware = made.hardware;
    this.#connected = made.connected !== false;
    this.#exists = true;
    this.#booted = false;
    machine.pulledImages.forgetAll();
    machine.clock.set();
    machine.record('created', `${slot.version} ${made.hardware.uuid}`);
  }
}
