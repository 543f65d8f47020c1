import { ProcessSlots } from './process-slots.js';

/** Does what belongs together one after the other, in the order in which it was asked for; what does not, at once. */
export class SerialByKey {
  readonly #lines = new Map<string, { readonly slot: ProcessSlots; length: number }>();

  /**
   * @param key what belongs together.
   * @throws the signal's reason when it aborts before it is this one's turn
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
