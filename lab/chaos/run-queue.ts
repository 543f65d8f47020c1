import type { DrawnRun } from './draw-run.js';
import type { ShapeName } from './shapes.js';

/**
 * The drawn runs that no lane has taken yet. A lane keeps to the shape of its lab while runs of it are left, since another shape
 * costs the start of another lab; else it takes the shape with the most runs for each lane that plays it.
 */
export class RunQueue {
  readonly #left: DrawnRun[];
  /** The shape each lane took last. */
  readonly #playing = new Map<number, ShapeName>();

  constructor(drawn: readonly DrawnRun[]) {
    this.#left = [...drawn];
  }

  /** The next run of a lane; undefined: none is left. */
  next(lane: number): DrawnRun | undefined {
    const own = this.#playing.get(lane);
    const at = this.#left.findIndex(({ shape }) => shape === own);
    if (at >= 0) return this.#left.splice(at, 1)[0];
    this.#playing.delete(lane);
    const [shape] = [...this.#runsPerLane()].toSorted(([, one], [, other]) => other - one)[0] ?? [];
    if (shape === undefined) return undefined;
    this.#playing.set(lane, shape);
    return this.next(lane);
  }

  #runsPerLane(): ReadonlyMap<ShapeName, number> {
    const counts = new Map<ShapeName, number>();
    for (const { shape } of this.#left) counts.set(shape, (counts.get(shape) ?? 0) + 1);
    for (const [shape, count] of counts) {
      const lanes = [...this.#playing.values()].filter((one) => one === shape).length;
      counts.set(shape, count / (lanes + 1));
    }
    return counts;
  }
}
