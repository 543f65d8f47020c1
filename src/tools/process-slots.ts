import os from 'node:os';

/** Gives a place back; calling it twice is the same as calling it once. */
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
   * Waits for a place.
   * @param onQueued Called once, only when there is no place right now, with how many wait before this one.
   * @throws the signal's reason when it aborts while waiting; the place in the queue is given up.
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

  /** The place goes straight to the next in the queue, so that nobody who comes in between can take it as well. */
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
