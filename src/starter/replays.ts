/** Some megabytes of memory, and more than any forge sends in a day. */
const keptMax = 10_000;

/**
 * Which bytes were taken as which delivery. The id of a delivery stands in a header that nobody signs: whoever has got hold of signed
 * bytes could send them again under another one. No two deliveries of a forge are the same to the byte.
 *
 * It is the memory of this process. What comes again after a restart is one delivery more, and starts nothing twice: a commit is
 * upgraded to once.
 */
export class Replays {
  readonly #taken = new Map<string, string>();

  /** The delivery that these bytes came as before, by their signature; undefined: they are new, or they are that delivery again. */
  otherOf(signature: string, delivery: string): string | undefined {
    const before = this.#taken.get(signature);
    return before === delivery ? undefined : before;
  }

  taken(signature: string, delivery: string): void {
    const [oldest] = this.#taken.keys();
    if (this.#taken.size >= keptMax && oldest !== undefined) this.#taken.delete(oldest);
    this.#taken.set(signature, delivery);
  }
}
