/** Some megabytes of memory, and more than any git host sends in a day. */
const keptMax = 10_000;

/**
 * Which bytes were accepted as which delivery. The id of a delivery is in an unsigned header: whoever obtained signed bytes could send
 * them again under another id. No two deliveries of a git host are identical to the byte.
 *
 * This is in the memory of this process. After a restart a replay becomes one more delivery, which starts nothing twice: a commit is
 * enqueued once.
 */
export class Replays {
  readonly #taken = new Map<string, string>();

  /** The delivery of these bytes before, by their signature; undefined: they are new, or a repetition of that same delivery. */
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
