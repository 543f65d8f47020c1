/**
 * Work that several lanes share, each lane with one lab at a time. A lane keeps the kind of its lab while work of that kind is left, since
 * another kind means starting another lab. Then it takes the kind with the most work per lane.
 */
export class LaneQueue<Work> {
  readonly #left: Work[];
  /** The kind each lane took last, by the lane's number. */
  readonly #taken = new Map<number, string>();

  /** @param kindOf names the lab that a piece of work needs. */
  constructor(
    work: readonly Work[],
    private readonly kindOf: (work: Work) => string,
  ) {
    this.#left = [...work];
  }

  /** The next piece of work of a lane; undefined: none is left. */
  next(lane: number): Work | undefined {
    const kind = this.#kindFor(lane);
    if (kind === undefined) return undefined;
    this.#taken.set(lane, kind);
    const at = this.#left.findIndex((one) => this.kindOf(one) === kind);
    return this.#left.splice(at, 1)[0];
  }

  #kindFor(lane: number): string | undefined {
    const own = this.#taken.get(lane);
    if (own !== undefined && this.#left.some((one) => this.kindOf(one) === own)) return own;
    this.#taken.delete(lane);
    return [...this.#workPerLane()].toSorted(([, one], [, other]) => other - one)[0]?.[0];
  }

  #workPerLane(): ReadonlyMap<string, number> {
    const kinds = this.#left.map(this.kindOf);
    const lanes = [...this.#taken.values()];
    const count = (of: readonly string[], kind: string): number => of.filter((one) => one === kind).length;
    return new Map(kinds.map((kind) => [kind, count(kinds, kind) / (count(lanes, kind) + 1)]));
  }
}
