import type { InstallerImage } from './image-source.js';
import type { MachineClock } from './lab-clock.js';

/** Talos deletes unused images of its `system` namespace after this time. */
const UNUSED_IMAGE_LIFETIME_MS = 60 * 60 * 1_000;

/**
 * Image stores of a machine. `system` and `cri` are namespaces of the containerd on disk; `inmem` is the one in memory, from which the
 * legacy upgrade runs its installer: an image in `system` does not help it.
 */
export type ImageNamespace = 'system' | 'cri' | 'inmem';

interface Pulled {
  readonly at: number;
  readonly content: InstallerImage;
}

/** The images on a machine, across boots. */
export class PulledImages {
  readonly #clock: MachineClock;
  readonly #pulled = new Map<string, Pulled>();

  constructor(clock: MachineClock) {
    this.#clock = clock;
  }

  add(namespace: ImageNamespace, reference: string, content: InstallerImage): void {
    this.#pulled.set(`${namespace} ${reference}`, { at: this.#clock.now(), content });
  }

  /** The content of an image; undefined when it is not stored, or no longer. */
  get(namespace: ImageNamespace, reference: string): InstallerImage | undefined {
    const key = `${namespace} ${reference}`;
    const pulled = this.#pulled.get(key);
    if (pulled === undefined) return undefined;
    if (namespace === 'cri' || this.#clock.now() - pulled.at < UNUSED_IMAGE_LIFETIME_MS)
      return pulled.content;
    this.#pulled.delete(key);
    return undefined;
  }

  has(namespace: ImageNamespace, reference: string): boolean {
    return this.get(namespace, reference) !== undefined;
  }

  remove(namespace: ImageNamespace, reference: string): void {
    this.#pulled.delete(`${namespace} ${reference}`);
  }

  /** The effect of replacing the machine. */
  forgetAll(): void {
    this.#pulled.clear();
  }

  /** The effect of a boot: the memory is empty. */
  forgetMemory(): void {
    for (const key of this.#pulled.keys()) if (key.startsWith('inmem ')) this.#pulled.delete(key);
  }
}
