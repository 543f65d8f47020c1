import type { StepName } from '../../src/planning/steps/node-steps.js';
import { stepOfPassing, type PassingStep } from './interruption.js';
import type { Guard } from './temporal-gateway.js';

/** A step of a node at which a run is held: Temporal has given it to a worker, and the worker does not have it yet. */
export interface HoldPoint {
  readonly node: string;
  readonly step: StepName;
}

/** A run that is held there, once it comes there. */
export interface Hold {
  /** Resolves when the run is held. Never, where it does not come there. */
  readonly reached: Promise<void>;
  /** Lets the run go on; before it comes there, lets it pass. May be called again. */
  release(): void;
}

/** A worker is missed after eight seconds without one. */
const heartbeatEveryMs = 2_000;

/**
 * Holds runs at named steps, so that a test acts at a moment that lasts as long as it must. Temporal is told meanwhile that the worker
 * lives: no attempt is lost. A hold is for less than a minute, which is as long as a worker waits for the answer to its poll.
 */
export class Holds {
  readonly #open = new Set<OpenHold>();

  /** @param heartbeat tells Temporal of the activity with that token that somebody is at work on it. */
  constructor(private readonly heartbeat: (token: string) => Promise<unknown>) {}

  at(point: HoldPoint): Hold {
    const hold = new OpenHold(point, () => this.#open.delete(hold));
    this.#open.add(hold);
    return hold;
  }

  /** Lets every run go on. */
  releaseAll(): void {
    for (const hold of this.#open) hold.release();
  }

  /** What a gateway asks about each activity that passes. */
  readonly guard: Guard = async (passing, token) => {
    const step = passing.kind === 'given' ? stepOfPassing(passing) : undefined;
    const hold = step && [...this.#open].find((one) => one.isAt(step));
    if (hold) await this.#keep(hold, token);
    return 'on';
  };

  async #keep(hold: OpenHold, token: string): Promise<void> {
    const beating = setInterval(() => {
      // Temporal may be away, or the run be over: who acts in the meantime sees to that.
      this.heartbeat(token).catch(() => undefined);
    }, heartbeatEveryMs);
    try {
      await hold.keep();
    } finally {
      clearInterval(beating);
    }
  }
}

class OpenHold implements Hold {
  readonly reached: Promise<void>;
  readonly #released: Promise<void>;
  #reach = (): void => undefined;
  #release = (): void => undefined;

  constructor(
    private readonly point: HoldPoint,
    private readonly forget: () => void,
  ) {
    this.reached = new Promise((resolve) => (this.#reach = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  isAt({ node, step }: PassingStep): boolean {
    return this.point.node === node && this.point.step === step;
  }

  /** Resolves when it is released. */
  keep(): Promise<void> {
    this.#reach();
    return this.#released;
  }

  release(): void {
    this.forget();
    this.#release();
  }
}
