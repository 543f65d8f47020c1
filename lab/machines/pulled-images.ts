import type { LabClock } from './lab-clock.js';

/** Talos deletes images of its `system` namespace that nothing uses after this long. */
const UNUSED_IMAGE_LIFETIME_MS = 60 * 60 * 1_000;

/** The containerd namespaces of a machine. The installer is run from `system`; only that one is cleaned up. */
export type ImageNamespace = 'system' | 'cri';

/** The images on a machine's disk, across boots. */
export class PulledImages {
  readonly #clock: LabClock;
  readonly #pulled = new Map<string, number>();

  constructor(clock: LabClock) {
    this.#clock = clock;
  }

  add(namespace: ImageNamespace, reference: string): void {
    this.#pulled.set(`${namespace} ${reference}`, this.#clock.now());
  }

  has(namespace: ImageNamespace, reference: string): boolean {
    const key = `${namespace} ${reference}`;
    const at = this.#pulled.get(key);
    if (at === undefined) return false;
    if (namespace === 'cri' || this.#clock.now() - at < UNUSED_IMAGE_LIFETIME_MS) return true;
    this.#pulled.delete(key);
    return false;
  }

  /** What is there now, with the time it was pulled. */
  list(): { namespace: ImageNamespace; reference: string; pulledAt: number }[] {
    return [...this.#pulled.keys()]
      .map((key) => key.split(' ') as [ImageNamespace, string])
      .filter(([namespace, reference]) => this.has(namespace, reference))
      .map(([namespace, reference]) => ({
        namespace,
        reference,
        pulledAt: this.#pulled.get(`${namespace} ${reference}`) ?? 0,
      }));
  }
}
