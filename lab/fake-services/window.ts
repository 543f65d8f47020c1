/** A number of requests per time. */
export interface WindowLimit {
  readonly requests: number;
  readonly seconds: number;
}

/** The used part of a window. */
export interface WindowUse {
  readonly allowed: boolean;
  readonly remaining: number;
  /** The end of the present window. */
  readonly secondsLeft: number;
}

/** Counts requests by key, in windows that begin with the first request. */
export class Windows {
  readonly #limit: WindowLimit;
  readonly #now: () => Date;
  readonly #windows = new Map<string, { ends: number; used: number }>();

  constructor(limit: WindowLimit, now: () => Date) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts one more request. */
  use(key: string): WindowUse {
    const now = this.#now().getTime();
    const known = this.#windows.get(key);
    const open = known && known.ends > now ? known : { ends: now + this.#limit.seconds * 1000, used: 0 };
    const allowed = open.used < this.#limit.requests;
    if (allowed) open.used += 1;
    this.#windows.set(key, open);
    return { allowed, remaining: this.#limit.requests - open.used, secondsLeft: (open.ends - now) / 1000 };
  }
}

/** A token bucket: a burst, and then one request per interval. */
export class Bucket {
  readonly #limit: { readonly burst: number; readonly secondsEach: number };
  readonly #now: () => Date;
  readonly #buckets = new Map<string, { at: number; left: number }>();

  constructor(limit: { burst: number; secondsEach: number }, now: () => Date) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Takes one token; false: the bucket is empty. */
  take(key: string): boolean {
    const now = this.#now().getTime();
    const { burst, secondsEach } = this.#limit;
    const bucket = this.#buckets.get(key) ?? { at: now, left: burst };
    const left = Math.min(burst, bucket.left + (now - bucket.at) / (secondsEach * 1000));
    this.#buckets.set(key, { at: now, left: left >= 1 ? left - 1 : left });
    return left >= 1;
  }
}
