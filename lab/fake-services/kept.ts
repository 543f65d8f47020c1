/** A list that drops its oldest entries. */
export class Kept<Item> {
  readonly #most: number;
  #items: Item[] = [];

  constructor(most = 2000) {
    this.#most = most;
  }

  add(item: Item): void {
    this.#items = [...this.#items.slice(-this.#most + 1), item];
  }

  /** Oldest first. */
  get all(): readonly Item[] {
    return this.#items;
  }
}
