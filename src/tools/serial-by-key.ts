import { ProcessSlots } from './process-slots.js';

/** Runs functions with the same key one after the other, in the order of the calls; those with different keys run concurrently. */
export class SerialByKey {
  readonly #lines = new Map<string, { readonly slot: ProcessSlots; length: number }>();

  /**
   * @param key calls with the same key are serialized.
   * @throws the signal's reason when it aborts before this call starts
   */
  async take<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(key) ?? { slot: new ProcessSlots(1), length: 0 };
    this.#lines.set(key, line);
    line.length += 1;
    try {
      const release = await line.slot.acquire(signal);
      try {
        return await work();
      } finally {
        release();
      }
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(key);
    }
  }
}
