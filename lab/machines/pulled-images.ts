import type { InstallerImage } from './image-source.js';
import type { MachineClock } from './lab-clock.js';

/** Talos deletes images of its `system` namespace that nothing uses after this long. */
const UNUSED_IMAGE_LIFETIME_MS = 60 * 60 * 1_000;

/**
 * Where images lie on a machine. `system` and `cri` are namespaces of the containerd on disk; `inmem` is the one in
 * memory, from which the legacy upgrade runs its installer: what was pulled into `system` does not help it.
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

  /** What an image would install; undefined when it is not there, or not there any more. */
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

  /** What replacing the machine does. */
  forgetAll(): void {
    this.#pulled.clear();
  }

  /** What a boot does: the memory is empty. */
  forgetMemory(): void {
    for (const key of this.#pulled.keys()) if (key.startsWith('inmem ')) this.#pulled.delete(key);
  }
}
