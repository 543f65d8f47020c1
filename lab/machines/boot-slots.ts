import type { ImageSource, InstallerImage } from './image-source.js';
import type { MachineDefinition } from './machine-parts.js';

/** Names of the two boot slots. */
export type SlotName = 'A' | 'B';

/**
 * The boot loader. Both choose the target of an install by the entry that boots *next*, not by the running one: GRUB flips its default
 * entry, and systemd-boot, up to Talos 1.13.9, keeps only the image of its default entry.
 */
export type Bootloader = 'grub' | 'sd-boot';

/** The content of a boot slot. */
export interface Slot extends InstallerImage {
  /** Installer image it came from. */
  readonly image: string;
  /** An upgrade wrote it; absent in the slot the machine was made with. */
  readonly installed?: true;
}

/** The target of an install, and what it would destroy there: the running slot, or the last one that was ready. */
export interface InstallTarget {
  readonly slot: SlotName;
  readonly overwrites?: 'running' | 'last-good';
}

/**
 * The two boot slots of a machine. An install writes the slot that is not the default, makes it the default, and sets a mark. The mark is
 * removed when the machine has become ready, or when it rolled back automatically. If a machine was not rebooted since an install, the
 * running slot is the one that is not the default.
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

  /** The effect of replacing the machine: no trace of an install is left. */
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

  /** The content of both slots. */
  get slots(): { readonly A?: Slot; readonly B?: Slot } {
    return this.#slots;
  }

  /** The slot that runs, or ran last. */
  get booted(): SlotName {
    return this.#booted;
  }

  /** The slot of the next boot. */
  get defaultSlot(): SlotName {
    return this.#default;
  }

  /** The mark of an install that was never ready yet: a fatal error during boot reverts the default. */
  get fallback(): SlotName | undefined {
    return this.#fallback;
  }

  /** How often an installer has written a slot. */
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

  /** The next boot, for whatever reason, uses another slot than the running one. */
  get armed(): boolean {
    return this.#slots[this.#default] !== this.#running;
  }

  /** The next boot uses a slot that an installer has written since the machine was created. */
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

  /** Writes the target, makes it the default, and remembers the previous default. Returns what it did. */
  install(slot: Slot): InstallTarget {
    const target = this.target();
    this.#slots = { ...this.#slots, [target.slot]: { ...slot, installed: true } };
    this.#fallback = this.#default;
    this.#default = target.slot;
    this.#installs += 1;
    if (target.overwrites !== undefined) this.#lost += 1;
    return target;
  }

  /** Boots the default slot. True when it is a new one: installed, and never ready yet. */
  boot(): boolean {
    this.#booted = this.#default;
    const slot = this.#slots[this.#booted];
    if (slot === undefined) throw new Error(`Boot slot ${this.#booted} is empty.`);
    this.#running = slot;
    return this.#fallback !== undefined && this.#fallback !== this.#booted;
  }

  /** After a fatal error: reverts the default where an install left its mark. True when it did. */
  revert(): boolean {
    if (this.#fallback === undefined) return false;
    this.#fallback = undefined;
    this.#default = other(this.#default);
    return true;
  }

  /**
   * Switches the default slot on request; a second request switches it back. The mark stays. Throws the boot loader's message when the
   * other slot is empty.
   */
  rollback(): void {
    if (this.#slots[other(this.#default)] === undefined) {
      throw new Error(
        this.bootloader === 'grub' ? 'cannot rollback to "", label does not exist' : 'previous UKI not found',
      );
    }
    this.#default = other(this.#default);
  }

  /** Called when the machine is running and ready: the automatic rollback is over. */
  accept(): void {
    this.#lastGood = this.#running;
    // An armed machine keeps the mark of that install: Talos checks for it once per boot.
    if (!this.armed) this.#fallback = undefined;
  }
}

function other(slot: SlotName): SlotName {
  return slot === 'A' ? 'B' : 'A';
}

/** The content of a machine's first slot. Rejects when its image is unknown. */
export async function firstSlot(definition: MachineDefinition, images: ImageSource): Promise<Slot> {
  const { name, schematic, version } = definition;
  const image = definition.image ?? `factory.talos.dev/nocloud-installer/${schematic}:${version}`;
  const content = await images.exists(image);
  if (content !== undefined) return { ...content, image };
  throw new Error(`Machine ${name} cannot have been installed from ${image}: there is no such image.`);
}
