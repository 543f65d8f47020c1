import type { ApiFront } from './api-front.js';

/**
 * The address that moves between control planes. Its holder's death breaks it; some time later the next control
 * plane that is up answers for it. It does not move back. Where it stays with the dead, it answers when they do.
 */
export class VirtualAddress {
  readonly #up = new Set<string>();
  #holder: string | undefined;
  #move: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    readonly front: ApiFront,
    /** Milliseconds between the holder's death and the next one's answer. */
    readonly moveMs: number,
    /** Asked when the holder dies: true when the address stays with it, and is dead until it is back. */
    readonly stays: (holder: string) => boolean = () => false,
  ) {}

  /** The control plane that answers for it now. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** A control plane's API is up: it may take the address. The first one does so at once. */
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

  /** For good. */
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
