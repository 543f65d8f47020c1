/**
 * Why a call to a git host failed: `forbidden` (401, 403), `missing` (404, 410: also what the token may not see), `busy` (rate limits:
 * retry after `retryAfterMs`), `refused` (the request was rejected), `silent` (no answer, or a server error), `strange` (an unusable
 * answer).
 */
export type GitHostTrouble = 'forbidden' | 'missing' | 'busy' | 'refused' | 'unreachable' | 'strange';

/** A call to a git host failed. Its message is a sentence for people and holds no secret. */
export class GitHostFailed extends Error {
  override readonly name = 'GitHostFailed';

  constructor(
    readonly trouble: GitHostTrouble,
    message: string,
    /** The HTTP status, where there was an answer. */
    readonly status?: number,
    /** Of `busy`: milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Whether a later retry of the same call may succeed. */
  get passes(): boolean {
    return this.trouble === 'busy' || this.trouble === 'unreachable';
  }
}
