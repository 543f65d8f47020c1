import type { SequenceName } from './machine-event.js';

/** Which sequences may take over a running one (key). Everything else is rejected while it runs. */
const MAY_BE_TAKEN_OVER_BY: Partial<Record<SequenceName, readonly SequenceName[]>> = {
  boot: ['reboot', 'upgrade', 'reset'],
  reboot: ['reboot'],
  reset: ['reboot'],
};

/** A sequence that holds the lock. */
export interface HeldSequence {
  readonly name: SequenceName;
  /** Aborted when another sequence takes over, or the power is cut. */
  readonly signal: AbortSignal;
  /** Releases the lock. */
  release(): void;
}

/** One machine runs one sequence at a time; some may take over from others. */
export class SequenceLock {
  #held: { name: SequenceName; stop: AbortController; released: Promise<void> } | undefined;

  /** The running sequence. */
  get running(): SequenceName | undefined {
    return this.#held?.name;
  }

  /**
   * Acquires the lock for a sequence; undefined when the running one may not be taken over. `power` ends it with the power, `takeOver`
   * takes over from anything.
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
