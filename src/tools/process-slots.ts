import os from 'node:os';

/** Releases the slot; a second call has no effect. */
export type ReleaseSlot = () => void;

/**
 * Limits how many processes run at the same time: first come, first served.
 * A worker may have hundreds of activities waiting and must not start hundreds of kubectl at once.
 */
export class ProcessSlots {
  readonly size: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param size Processes at the same time; by default twice the number of cores. */
  constructor(size: number = 2 * os.availableParallelism()) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`The number of processes at the same time must be 1 or more, not ${size}.`);
    }
    this.size = size;
  }

  /**
   * Waits for a slot.
   * @param onQueued Called once, only when no slot is free, with the number of waiting callers before this one.
   * @throws the signal's reason when it aborts while waiting; the caller leaves the queue.
   */
  async acquire(signal?: AbortSignal, onQueued?: (ahead: number) => void): Promise<ReleaseSlot> {
    signal?.throwIfAborted();
    if (this.#taken < this.size) {
      this.#taken += 1;
    } else {
      onQueued?.(this.#waiting.length);
      await this.#turn(signal);
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#passOn();
    };
  }

  /** The slot goes directly to the next caller in the queue, so that no newcomer can take it as well. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken -= 1;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal?.reason as Error);
      };
      this.#waiting.push(go);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}
