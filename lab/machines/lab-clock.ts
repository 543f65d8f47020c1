/**
 * The lab's clock. It runs with the real one, and can be moved forward, so that a test need not wait an hour for
 * an image to expire. Timers and certificates do not follow it.
 */
export class LabClock {
  #offsetMs = 0;

  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Moves the clock forward. Throws on a negative number: time in the lab never runs backwards. */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) {
      throw new Error(
        `The lab's clock cannot move by ${milliseconds} ms: name a number that is not negative.`,
      );
    }
    this.#offsetMs += milliseconds;
  }
}

/** The clock of one machine. It follows the lab's, and can be wrong. */
export class MachineClock {
  readonly #lab: LabClock;
  #wrongByMs = 0;

  constructor(lab: LabClock) {
    this.#lab = lab;
  }

  /** Milliseconds since 1970, by this machine's clock. */
  now(): number {
    return this.#lab.now() + this.#wrongByMs;
  }

  /** The machine follows the lab's clock again. */
  set(): void {
    this.#wrongByMs = 0;
  }

  /** Moves the machine's clock forward by that much. */
  jump(milliseconds: number): void {
    this.#wrongByMs += milliseconds;
  }
}
