import type { ImageSource, InstallerImage } from './image-source.js';
import type { MachineDefinition } from './machine-parts.js';

/** Names of the two boot slots. */
export type SlotName = 'A' | 'B';

/** What lies in a boot slot. */
export interface Slot extends InstallerImage {
  /** Installer image it came from. */
  readonly image: string;
}

/**
 * The two boot slots of a machine. An install goes to the slot that is not running, makes it the default and
 * leaves a mark; the mark goes when the machine has become ready, or when it went back to the other slot.
 */
export class BootSlots {
  #slots: { A?: Slot; B?: Slot };
  #booted: SlotName = 'A';
  #default: SlotName = 'A';
  #fallback: SlotName | undefined;
  #installs = 0;

  constructor(first: Slot) {
    this.#slots = { A: first };
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

  /** The slot a fatal error during boot goes back to: set by an install until the machine was ready once. */
  get fallback(): SlotName | undefined {
    return this.#fallback;
  }

  /** How often an installer has finished writing a slot. */
  get installs(): number {
    return this.#installs;
  }

  /** What runs, or ran last. */
  get running(): Slot {
    const slot = this.#slots[this.#booted];
    if (slot === undefined) throw new Error(`Boot slot ${this.#booted} is empty.`);
    return slot;
  }

  /** Writes the slot that is not running, makes it the default, remembers the running one. Returns its name. */
  install(slot: Slot): SlotName {
    const target: SlotName = this.#booted === 'A' ? 'B' : 'A';
    this.#slots = { ...this.#slots, [target]: slot };
    this.#fallback = this.#booted;
    this.#default = target;
    this.#installs += 1;
    return target;
  }

  /** Takes the default slot. True when it is a new one: installed, and never ready yet. */
  boot(): boolean {
    this.#booted = this.#default;
    return this.#fallback !== undefined && this.#fallback !== this.#booted;
  }

  /** Goes back to the slot before the last install, where there is one to go back to. True when it did. */
  revert(): boolean {
    if (this.#fallback === undefined) return false;
    this.#default = this.#fallback;
    this.#fallback = undefined;
    return true;
  }

  /** Called when the machine is running and ready: there is nothing to go back from any more. */
  accept(): void {
    this.#fallback = undefined;
  }
}

/** What lies in a machine's first slot. Rejects when nobody knows the image it came from. */
export async function firstSlot(definition: MachineDefinition, images: ImageSource): Promise<Slot> {
  const { name, schematic, version } = definition;
  const image = definition.image ?? `factory.talos.dev/nocloud-installer/${schematic}:${version}`;
  const content = await images.exists(image);
  if (content !== undefined) return { ...content, image };
  throw new Error(`Machine ${name} cannot have been installed from ${image}: there is no such image.`);
}
