import type { ForgeLimits } from './forge-limits.js';
import { ForgeRefusal } from './refusal.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WRITE_POINTS = 5;
const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'];

/** What one person, installation or address has used. */
interface Used {
  /** The hour that counts, and what was asked in it. */
  hour: { readonly ends: number; requests: number };
  /** The last hour's requests: when, and whether they wrote. */
  recent: { readonly at: number; readonly writes: boolean }[];
  under: number;
}

/** Counts requests as GitHub does: an hour's worth, and secondary limits that hold for a minute. */
export class RateLimits {
  readonly #limits: ForgeLimits;
  readonly #now: () => Date;
  readonly #used = new Map<string, Used>();

  constructor(limits: ForgeLimits, now: () => Date) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * A request begins. `who` is a key of whoever asks; empty for nobody.
   *
   * @returns what is to be called when it has been answered; `free` where it shall not count (304)
   * @throws {ForgeRefusal} 403 where a limit is reached
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

  /** The refusal of somebody whose hour is used up, until `ends` (ms). */
  exceeded(who: string, ends: number): ForgeRefusal {
    return new ForgeRefusal(403, `API rate limit exceeded for ${who === '' ? 'this address' : who}.`, {
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

/** In GitHub's own words, by which clients know it. */
export function secondaryLimit(seconds: number): ForgeRefusal {
  return new ForgeRefusal(
    403,
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    { headers: { 'retry-after': String(seconds) } },
  );
}
