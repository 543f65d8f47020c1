import { createHash } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import type { TalosKeys } from '../credential-certificates.js';
import { idleMs, usableUntil } from '../connection-life.js';
import { openSession, type TalosSession } from './open-session.js';

/** A connection to one endpoint with one certificate. */
export interface Connection extends TalosSession {
  /** Whether it existed before this call: it may have broken since, unnoticed. */
  readonly stood: boolean;
}

interface Kept {
  readonly opened: TalosSession;
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly usableUntil: number;
  /** The number of calls that wait for it or use it. */
  calls: number;
  accepted: boolean;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Connections to Talos' API by endpoint and credential, opened by the first call that needs one. An idle connection does not keep the
 * process alive, and is closed after a while; one that failed or is too old is not reused.
 */
export class TalosSessions {
  readonly #byPlace = new Map<string, Kept>();
  readonly #all = new Map<ClientHttp2Session, Kept>();

  /** How many connections there are. */
  get size(): number {
    return this.#all.size;
  }

  /** A connection for one call. Released with `release`. */
  take(endpoint: string, keys: TalosKeys): Connection {
    const place = `${endpoint} ${digestOf(keys)}`;
    const known = this.#byPlace.get(place);
    const kept = known && isUsable(known) ? known : this.#open(place, endpoint, keys);
    if (known && known !== kept) this.#endUnused(known);
    clearTimeout(kept.idle);
    kept.calls += 1;
    kept.opened.session.ref();
    return { ...kept.opened, stood: kept.accepted };
  }

  /** The next call to its endpoint opens a new connection. Calls in progress on this one continue. */
  forget({ session }: Connection): void {
    const kept = this.#all.get(session);
    if (kept && this.#byPlace.get(kept.place) === kept) this.#byPlace.delete(kept.place);
  }

  /** A call on it has ended, with success or failure. */
  release({ session }: Connection): void {
    const kept = this.#all.get(session);
    if (!kept) return;
    kept.calls -= 1;
    if (kept.calls > 0) return;
    session.unref();
    kept.idle = setTimeout(() => session.destroy(), idleMs).unref();
    this.#endUnused(kept);
  }

  /** Closes every connection, at once. */
  close(): void {
    this.#byPlace.clear();
    for (const session of this.#all.keys()) session.destroy();
  }

  #open(place: string, endpoint: string, keys: TalosKeys): Kept {
    const opened = openSession(endpoint, keys);
    const until = usableUntil(Date.now(), keys.certificate);
    const kept: Kept = { opened, place, usableUntil: until, calls: 0, accepted: false, idle: undefined };
    opened.accepted.then(
      () => (kept.accepted = true),
      () => undefined,
    );
    this.#byPlace.set(place, kept);
    this.#all.set(opened.session, kept);
    opened.session.once('close', () => {
      clearTimeout(kept.idle);
      this.#all.delete(opened.session);
      if (this.#byPlace.get(place) === kept) this.#byPlace.delete(place);
    });
    return kept;
  }

  /** Closes a retired connection, once its last call has ended. */
  #endUnused(kept: Kept): void {
    if (kept.calls === 0 && this.#byPlace.get(kept.place) !== kept) kept.opened.session.destroy();
  }
}

function isUsable({ opened: { session }, usableUntil: until }: Kept): boolean {
  return !session.closed && !session.destroyed && Date.now() < until;
}

/** Another credential needs another connection; the credential itself must not be a map key, so its hash is. */
function digestOf(keys: TalosKeys): string {
  return createHash('sha256').update(JSON.stringify(keys)).digest('hex');
}
