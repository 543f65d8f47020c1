import type { ApiFront } from './api-front.js';

/**
 * The address that moves between control planes. Its holder's death breaks it; some time later the next control
 * plane that is up answers for it. It does not move back.
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
  ) {}

  /** The control plane that answers for it now. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** A control plane's API is up: it may take the address. The first one does so at once. */
  async up(name: string): Promise<void> {
    this.#up.add(name);
    if (this.#holder === undefined && this.#move === undefined) await this.#take();
  }

  /** A control plane's API is down. */
  async down(name: string): Promise<void> {
    this.#up.delete(name);
    if (this.#holder !== name) return;
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

  async #take(): Promise<void> {
    const [next] = this.#up;
    if (next === undefined || this.#closed) return;
    this.#holder = next;
    await this.front.open();
  }
}
