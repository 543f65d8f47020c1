import type { ApiFront } from './api-front.js';

/**
 * The virtual address of the control planes. Its holder's death breaks it; some time later the next running control plane takes it over. It
 * does not move back. Where it stays with a dead holder, it works again when the holder does.
 */
export class VirtualAddress {
  readonly #up = new Set<string>();
  #holder: string | undefined;
  #move: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    readonly front: ApiFront,
    /** Milliseconds between the holder's death and the takeover. */
    readonly moveMs: number,
    /** Called when the holder dies: true when the address stays with it, and is dead until it is back. */
    readonly stays: (holder: string) => boolean = () => false,
  ) {}

  /** The present holder. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** A control plane's API is up: it may hold the address. The first one does so at once. */
  async up(name: string): Promise<void> {
    this.#up.add(name);
    const isFree = this.#holder === undefined && this.#move === undefined;
    if (isFree || this.#holder === name) await this.#take(this.#holder);
  }

  /** A control plane's API is down. */
  async down(name: string): Promise<void> {
    this.#up.delete(name);
    if (this.#holder !== name) return;
    if (this.stays(name)) return this.front.cut();
    this.#holder = undefined;
    await this.front.cut();
    if (this.#closed) return;
    this.#move = setTimeout(() => {
      this.#move = undefined;
      void this.#take();
    }, this.moveMs);
  }

  /** Permanently. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#move);
    await this.front.cut();
  }

  async #take(holder?: string): Promise<void> {
    const [first] = this.#up;
    const next = holder ?? first;
    if (next === undefined || this.#closed) return;
    this.#holder = next;
    await this.front.open();
  }
}
