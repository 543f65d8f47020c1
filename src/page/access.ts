import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Shorter tokens could be guessed. With tokens of this length no rate limit is needed. */
const tokenMin = 20;
/** How long a login lasts. Milliseconds. */
const sessionMs = 12 * 3_600_000;

/** Access by token. Tokens are in clear in memory only, and never in a cookie. */
export interface Gate {
  /** Whether a text is one of the tokens. Runs in constant time. */
  isToken(text: string): boolean;
  /** The session cookie for a browser that sent a valid token. */
  session(now: number): { readonly value: string; readonly seconds: number };
  /** Whether a session cookie is valid: not expired, and made with a current token. */
  isSession(value: string, now: number): boolean;
}

/** A token that cannot be used. */
export class UnfitToken extends Error {
  override readonly name = 'UnfitToken';
}

/** @throws UnfitToken when a token is too short; the error does not quote it. */
export function tokenGate(tokens: readonly string[]): Gate {
  const trimmed = tokens.map((token) => token.trim());
  if (trimmed.some((token) => token.length < tokenMin))
    throw new UnfitToken(`A token of the page has at least ${tokenMin} characters: openssl rand -hex 32`);
  const digests = trimmed.map(digest);
  const keys = trimmed.map((token) => createHash('sha256').update(`slipway page session\n${token}`).digest());
  const sign = (key: Buffer, until: string): string =>
    createHmac('sha256', key).update(until).digest('base64url');
  return {
    isToken: (text) => anyOf(digests, (one) => timingSafeEqual(one, digest(text))),
    session: (now) => {
      const until = String(now + sessionMs);
      const [key = Buffer.alloc(0)] = keys;
      return { value: `${until}.${sign(key, until)}`, seconds: sessionMs / 1000 };
    },
    isSession: (value, now) => {
      const match = /^(?<until>\d{10,16})\.(?<signature>[\w-]{43})$/.exec(value);
      const { until = '', signature = '' } = match?.groups ?? {};
      const good = anyOf(keys, (key) => timingSafeEqual(digest(sign(key, until)), digest(signature)));
      return match !== null && good && Number(until) > now;
    },
  };
}

/** Tests every item, so that the time does not show which one matches. */
function anyOf<T>(items: readonly T[], is: (item: T) => boolean): boolean {
  return items.map(is).includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Whether a request is for a host name of this page. IP addresses are always accepted: DNS rebinding needs a name of the attacker's
 * own to make a browser read the page.
 *
 * @param header the Host header.
 */
export function isOwnHost(header: string | undefined, hosts: readonly string[]): boolean {
  const match = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[^:[\]]+))(?::\d{1,5})?$/i.exec(header ?? '');
  const six = match?.groups?.['six'];
  if (six !== undefined) return isIP(six) === 6;
  const name = match?.groups?.['name']?.toLowerCase().replace(/\.$/, '') ?? '';
  return name === 'localhost' || isIP(name) === 4 || hosts.includes(name);
}

/** The token of an `Authorization: Bearer` header. */
export function bearer(header: string | undefined): string | undefined {
  return /^Bearer\s+(?<token>\S{1,1024})$/i.exec(header ?? '')?.groups?.['token'];
}
