import type { StepName } from '../../src/planning/steps/node-steps.js';
import { stepOfPassing, type PassingStep } from './interruption.js';
import type { Guard } from './temporal-gateway.js';

/** A step at which a run is held: Temporal has assigned it to a worker, and the worker has not received it yet. */
export interface HoldPoint {
  readonly node: string;
  readonly step: StepName;
}

/** A run that is held once it reaches that step. */
export interface Hold {
  /** Resolves when the run is held; never, if it does not get there. */
  readonly reached: Promise<void>;
  /** Releases the run; before it gets there, lets it pass. May be called again. */
  release(): void;
}

/** Temporal's heartbeat timeout is eight seconds. */
const heartbeatEveryMs = 2_000;

/**
 * Holds runs at named steps, so that a test can act at a moment that lasts as long as it needs. Meanwhile heartbeats keep the activity
 * alive in Temporal: no attempt is lost. A hold lasts less than a minute, which is how long a worker waits for the answer to its poll.
 */
export class Holds {
  readonly #open = new Set<OpenHold>();

  /** @param heartbeat sends Temporal a heartbeat for the activity with that token. */
  constructor(private readonly heartbeat: (token: string) => Promise<unknown>) {}

  at(point: HoldPoint): Hold {
    const hold = new OpenHold(point, () => this.#open.delete(hold));
    this.#open.add(hold);
    return hold;
  }

  /** Releases every run. */
  releaseAll(): void {
    for (const hold of this.#open) hold.release();
  }

  /** Called by a gateway for each activity that passes. */
  readonly guard: Guard = async (passing, token) => {
    const step = passing.kind === 'given' ? stepOfPassing(passing) : undefined;
    const hold = step && [...this.#open].find((one) => one.isAt(step));
    if (hold) await this.#keep(hold, token);
    return 'on';
  };

  async #keep(hold: OpenHold, token: string): Promise<void> {
    const beating = setInterval(() => {
      // Temporal may be down, or the run closed: the test that holds it handles that.
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
