/**
 * What came of a call to a forge that did not do what it should:
 * `forbidden` (401, 403), `missing` (404, 410: also what we may not see), `busy` (rate limits: ask again after `retryAfterMs`),
 * `refused` (it says no to what was asked), `silent` (no answer, or an error of its own), `strange` (an answer that cannot be used).
 */
export type ForgeTrouble = 'forbidden' | 'missing' | 'busy' | 'refused' | 'silent' | 'strange';

/** A forge did not do what was asked. Its message is a sentence for people and holds no secret. */
export class ForgeFailed extends Error {
  override readonly name = 'ForgeFailed';

  constructor(
    readonly trouble: ForgeTrouble,
    message: string,
    /** HTTP's number, where there was an answer. */
    readonly status?: number,
    /** Of `busy`: milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Whether the same call may do it later, unchanged. */
  get passes(): boolean {
    return this.trouble === 'busy' || this.trouble === 'silent';
  }
}
