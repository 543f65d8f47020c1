import type { ImageSource, InstallerImage } from './image-source.js';
import type { MachineDefinition } from './machine-parts.js';

/** Names of the two boot slots. */
export type SlotName = 'A' | 'B';

/**
 * What starts the kernel. Both choose where an install goes by the entry that boots *next*, not by the one that runs:
 * GRUB flips its default entry, and systemd-boot, up to Talos 1.13.9, keeps only the image its default entry names.
 */
export type Bootloader = 'grub' | 'sd-boot';

/** What lies in a boot slot. */
export interface Slot extends InstallerImage {
  /** Installer image it came from. */
  readonly image: string;
  /** An upgrade wrote it; absent in the slot the machine was made with. */
  readonly installed?: true;
}

/** Where an install would go, and what it would destroy there: the slot that runs, or the last one that was ready. */
export interface InstallTarget {
  readonly slot: SlotName;
  readonly overwrites?: 'running' | 'last-good';
}

/**
 * The two boot slots of a machine. An install goes to the slot that is not the default, makes it the default and leaves
 * a mark; the mark goes when the machine has become ready, or when it rolled back automatically. On a machine that was
 * installed on and not rebooted since, the slot that is not the default is the one that runs.
 */
export class BootSlots {
  readonly bootloader: Bootloader;
  readonly #first: Slot;
  #slots: { A?: Slot; B?: Slot };
  #booted: SlotName = 'A';
  #default: SlotName = 'A';
  #running: Slot;
  #lastGood: Slot | undefined;
  #fallback: SlotName | undefined;
  #installs = 0;
  #lost = 0;

  constructor(first: Slot, bootloader: Bootloader = 'sd-boot') {
    this.bootloader = bootloader;
    this.#first = first;
    this.#slots = { A: first };
    this.#running = first;
  }

  /** What replacing the machine does: nothing of any install is left. */
  reset(): void {
    this.#slots = { A: this.#first };
    this.#running = this.#first;
    this.#booted = 'A';
    this.#default = 'A';
    this.#lastGood = undefined;
    this.#fallback = undefined;
    this.#installs = 0;
    this.#lost = 0;
  }

  /** What lies in both slots. */
  get slots(): { readonly A?: Slot; readonly B?: Slot } {
    return this.#slots;
  }

  /** The slot that runs, or ran last. */
  get booted(): SlotName {
    return this.#booted;
  }

  /** The slot the next boot takes. */
  get defaultSlot(): SlotName {
    return this.#default;
  }

  /** The mark of an install that was never ready yet: a fatal error during boot turns the default around. */
  get fallback(): SlotName | undefined {
    return this.#fallback;
  }

  /** How often an installer has finished writing a slot. */
  get installs(): number {
    return this.#installs;
  }

  /** How often one of them destroyed the slot that ran, or the last one that was ready. */
  get lostSlots(): number {
    return this.#lost;
  }

  /** What runs, or ran last. An installer that overwrites its slot does not change it: it runs from memory. */
  get running(): Slot {
    return this.#running;
  }

  /** The next boot, for whatever reason it comes, takes something else than what runs. */
  get armed(): boolean {
    return this.#slots[this.#default] !== this.#running;
  }

  /** The next boot takes a slot that an installer has written since the machine was made. */
  get bootsInstalled(): boolean {
    return this.#installs > 0 && this.#slots[this.#default]?.installed === true;
  }

  /** Where the next install goes. */
  target(): InstallTarget {
    const slot = other(this.#default);
    const there = this.#slots[slot];
    if (there === undefined) return { slot };
    if (there === this.#running) return { slot, overwrites: 'running' };
    return there === this.#lastGood ? { slot, overwrites: 'last-good' } : { slot };
  }

  /** Writes the target, makes it the default, remembers what the default was. Answers what it did. */
  install(slot: Slot): InstallTarget {
    const target = this.target();
    this.#slots = { ...this.#slots, [target.slot]: { ...slot, installed: true } };
    this.#fallback = this.#default;
    this.#default = target.slot;
    this.#installs += 1;
    if (target.overwrites !== undefined) this.#lost += 1;
    return target;
  }

  /** Takes the default slot. True when it is a new one: installed, and never ready yet. */
  boot(): boolean {
    this.#booted = this.#default;
    const slot = this.#slots[this.#booted];
    if (slot === undefined) throw new Error(`Boot slot ${this.#booted} is empty.`);
    this.#running = slot;
    return this.#fallback !== undefined && this.#fallback !== this.#booted;
  }

  /** After a fatal error: turns the default around where an install left its mark. True when it did. */
  revert(): boolean {
    if (this.#fallback === undefined) return false;
    this.#fallback = undefined;
    this.#default = other(this.#default);
    return true;
  }

  /**
   * SerialByKey the default around because somebody asked for it; asked twice, it is where it was. The mark stays.
   * Throws in the boot loader's words when there is nothing in the other slot.
   */
  rollback(): void {
    if (this.#slots[other(this.#default)] === undefined) {
      throw new Error(
        this.bootloader === 'grub' ? 'cannot rollback to "", label does not exist' : 'previous UKI not found',
      );
    }
    this.#default = other(this.#default);
  }

  /** Called when the machine is running and ready: there is nothing to roll back from any more. */
  accept(): void {
    this.#lastGood = this.#running;
    // A machine that is only armed keeps the mark of that install: Talos looks for it once in a boot.
    if (!this.armed) this.#fallback = undefined;
  }
}

function other(slot: SlotName): SlotName {
  return slot === 'A' ? 'B' : 'A';
}

/** What lies in a machine's first slot. Rejects when nobody knows the image it came from. */
export async function firstSlot(definition: MachineDefinition, images: ImageSource): Promise<Slot> {
  const { name, schematic, version } = definition;
  const image = definition.image ?? `factory.talos.dev/nocloud-installer/${schematic}:${version}`;
  const content = await images.exists(image);
  if (content !== undefined) return { ...content, image };
  throw new Error(`Machine ${name} cannot have been installed from ${image}: there is no such image.`);
}
