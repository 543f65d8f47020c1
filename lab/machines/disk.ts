import { randomBytes } from 'node:crypto';
import { BootSlots, type Bootloader, type Slot } from './boot-slots.js';
import { ConfigurationStore } from './configuration/configuration-store.js';
import { isComplete } from './configuration/machine-configuration.js';

/** Labels of the partitions Talos makes on its disk. */
export const partitions = ['EFI', 'BIOS', 'BOOT', 'META', 'STATE', 'EPHEMERAL'] as const;

/** Name of a partition of Talos' own disk. */
export type Partition = (typeof partitions)[number];

/** The partitions that a boot needs. */
const BOOTS: readonly Partition[] = ['EFI', 'BIOS', 'BOOT'];

/** The content of a machine's disk, without the data of its etcd and its kubelet. */
export class Disk {
  readonly bootSlots: BootSlots;
  readonly configuration: ConfigurationStore;
  /** 32 hex digits; made with the partition STATE. */
  machineId: string;
  #bootable = true;
  #blank: boolean;

  /** `blank`: without a configuration it waits for one. Only machines that a test creates need none. */
  constructor(content: {
    slot: Slot;
    blank: boolean;
    bootloader?: Bootloader;
    configuration?: string;
    machineId?: string;
  }) {
    this.bootSlots = new BootSlots(content.slot, content.bootloader);
    this.configuration = new ConfigurationStore(content.configuration);
    this.machineId = content.machineId ?? newMachineId();
    this.#blank = content.blank;
  }

  /** The next boot waits for a configuration. */
  get needsConfiguration(): boolean {
    const { persisted } = this.configuration;
    return persisted === undefined ? this.#blank : !isComplete(persisted);
  }

  /** False when the partitions that the firmware needs are gone. */
  get bootable(): boolean {
    return this.#bootable;
  }

  /** Wipes a partition. EPHEMERAL belongs to etcd and the kubelet, and is not tracked here. */
  wipe(partition: Partition): void {
    if (BOOTS.includes(partition)) this.#bootable = false;
    if (partition !== 'STATE') return;
    this.configuration.wipe();
    this.#blank = true;
    this.machineId = newMachineId();
  }
}

function newMachineId(): string {
  return randomBytes(16).toString('hex');
}
