import type { SequenceName } from './machine-event.js';

/** What is running (key) may be taken over by these. Everything else is refused while it runs. */
const MAY_BE_TAKEN_OVER_BY: Partial<Record<SequenceName, readonly SequenceName[]>> = {
  boot: ['reboot', 'upgrade', 'reset'],
  reboot: ['reboot'],
  reset: ['reboot'],
};

/** A sequence that holds the lock. */
export interface HeldSequence {
  readonly name: SequenceName;
  /** Aborted when another sequence takes over, or the power goes. */
  readonly signal: AbortSignal;
  /** Gives the lock back. */
  release(): void;
}

/** One machine runs one sequence at a time; some may take over from others. */
export class SequenceLock {
  #held: { name: SequenceName; stop: AbortController; released: Promise<void> } | undefined;

  /** The sequence that runs now. */
  get running(): SequenceName | undefined {
    return this.#held?.name;
  }

  /**
   * Takes the lock for a sequence; undefined when what runs may not be taken over. `power` ends it with the power,
   * `takeOver` takes over from anything.
   */
  async acquire(name: SequenceName, power: AbortSignal, takeOver = false): Promise<HeldSequence | undefined> {
    const before = this.#held;
    if (before !== undefined) {
      if (!takeOver && !(MAY_BE_TAKEN_OVER_BY[before.name] ?? []).includes(name)) return undefined;
      before.stop.abort();
      await before.released;
      if (this.#held !== undefined) return undefined;
    }
    const stop = new AbortController();
    const { promise, resolve } = withResolvers();
    const held = { name, stop, released: promise };
    this.#held = held;
    return {
      name,
      signal: AbortSignal.any([stop.signal, power]),
      release: () => {
        if (this.#held === held) this.#held = undefined;
        resolve();
      },
    };
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
