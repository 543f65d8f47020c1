import type { GitHubLimits } from './github-limits.js';
import { GitHostRefusal } from './refusal.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WRITE_POINTS = 5;
const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'];

/** The requests of one person, installation or address. */
interface Used {
  /** The present hour, and its requests. */
  hour: { readonly ends: number; requests: number };
  /** The last hour's requests: when, and whether they wrote. */
  recent: { readonly at: number; readonly writes: boolean }[];
  under: number;
}

/** Counts requests as GitHub does: an hourly limit, and secondary limits per minute. */
export class RateLimits {
  readonly #limits: GitHubLimits;
  readonly #now: () => Date;
  readonly #used = new Map<string, Used>();

  constructor(limits: GitHubLimits, now: () => Date) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Starts a request. `who`: the key of its sender; empty for an anonymous one.
   *
   * @returns a function to call when it has been answered; `free` where it must not count (304)
   * @throws {GitHostRefusal} 403 where a limit is reached
   */
  begin(who: string, method: string): (free: boolean) => void {
    const used = this.#of(who);
    const now = this.#now().getTime();
    const writes = WRITES.includes(method);
    if (used.hour.requests >= this.#most(who)) throw this.exceeded(who, used.hour.ends);
    used.recent = used.recent.filter(({ at }) => at > now - HOUR_MS);
    const minute = used.recent.filter(({ at }) => at > now - MINUTE_MS);
    const points = minute.reduce((sum, request) => sum + (request.writes ? WRITE_POINTS : 1), 0);
    const written = (requests: Used['recent']): number => requests.filter((request) => request.writes).length;
    const tooMuch =
      used.under >= this.#limits.atOnce ||
      points + (writes ? WRITE_POINTS : 1) > this.#limits.pointsPerMinute ||
      (writes && written(minute) >= this.#limits.writesPerMinute) ||
      (writes && written(used.recent) >= this.#limits.writesPerHour);
    if (tooMuch) throw secondaryLimit(MINUTE_MS / 1000);
    used.hour.requests += 1;
    used.under += 1;
    used.recent.push({ at: now, writes });
    return (free) => {
      used.under -= 1;
      if (free) used.hour.requests -= 1;
    };
  }

  /** The headers every answer has. */
  headers(who: string): Record<string, string> {
    const { hour } = this.#of(who);
    const most = this.#most(who);
    return {
      'x-ratelimit-limit': String(most),
      'x-ratelimit-remaining': String(Math.max(0, most - hour.requests)),
      'x-ratelimit-used': String(hour.requests),
      'x-ratelimit-reset': String(Math.ceil(hour.ends / 1000)),
      'x-ratelimit-resource': 'core',
    };
  }

  /** The rejection after an hour's limit, until `ends` (ms). */
  exceeded(who: string, ends: number): GitHostRefusal {
    return new GitHostRefusal(403, `API rate limit exceeded for ${who === '' ? 'this address' : who}.`, {
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(ends / 1000)) },
    });
  }

  #most(who: string): number {
    return who === '' ? this.#limits.perHourWithoutToken : this.#limits.perHour;
  }

  #of(who: string): Used {
    const now = this.#now().getTime();
    const used = this.#used.get(who) ?? { hour: { ends: now + HOUR_MS, requests: 0 }, recent: [], under: 0 };
    if (used.hour.ends <= now) used.hour = { ends: now + HOUR_MS, requests: 0 };
    this.#used.set(who, used);
    return used;
  }
}

/** GitHub's own words, which clients recognise. */
export function secondaryLimit(seconds: number): GitHostRefusal {
  return new GitHostRefusal(
    403,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    { headers: { 'retry-after': String(seconds) } },
  );
}
