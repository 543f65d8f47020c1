import type { Slot } from './boot-slots.js';
import { Disk } from './disk.js';
import { usualHardware, digestOf, type Hardware } from './hardware.js';
import type { Machine, MachineDefinition } from './machine.js';

/** The new machine of a replacement. */
export interface NewBody {
  readonly hardware: Hardware;
  /** The content of the template's disk. */
  readonly slot: Slot;
  /** A machine configuration that came with the machine. */
  readonly configuration?: string;
  /** False: the machine has no network. */
  readonly connected?: boolean;
}

/** The hardware and the disk of a machine: destroyed and created with it. */
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

  /** False between its destruction and its replacement. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Whether its network works. */
  get connected(): boolean {
    return this.#connected;
  }

  /** True once after it was replaced. */
  takeFirstBoot(): boolean {
    const first = !this.#booted;
    this.#booted = true;
    return first;
  }

  /** Changes the identity of a running machine's hardware; nothing else changes. */
  identify(hardware: Hardware): void {
    this.#hardware = hardware;
    this.#machine.parts.identify(this.#machine);
  }

  /** Cuts the power, and deletes all its disks. Its Node object and its etcd member stay, and are stale. */
  async destroy(): Promise<void> {
    if (!this.#exists) return;
    const machine = this.#machine;
    await machine.powerOff();
    await machine.parts.wipe(machine);
    this.#exists = false;
    machine.record('destroyed');
  }

  /** Replaces it, switched off. Throws a sentence when it exists. */
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
