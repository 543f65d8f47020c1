/** GitHub's real ids do not fit into 32 bits any more; neither do these. */
const FIRST = 3_000_000_001;

/** Unique numbers, by kind. */
export class Numbers {
  readonly #last = new Map<string, number>();

  next(kind: string, first = FIRST): number {
    const number = (this.#last.get(kind) ?? first - 1) + 1;
    this.#last.set(kind, number);
    return number;
  }
}
