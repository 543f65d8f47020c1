import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Shorter tokens could be guessed; with these nobody need count attempts. */
const tokenMin = 20;
/** How long a browser that was let in stays so. Milliseconds. */
const sessionMs = 12 * 3_600_000;

/** Who is let in by a token. Tokens are kept as they are in memory only, and never stand in a cookie. */
export interface Gate {
  /** Whether a text is one of the tokens. Takes the same time for every text. */
  isToken(text: string): boolean;
  /** What a browser keeps once its token was right. */
  session(now: number): { readonly value: string; readonly seconds: number };
  /** Whether that is still good: not over, and made with a token that still counts. */
  isSession(value: string, now: number): boolean;
}

/** A token that cannot be used. */
export class UnfitToken extends Error {
  override readonly name = 'UnfitToken';
}

/** @throws UnfitToken when one of them is too short to keep anybody out; it does not say which characters it has. */
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

/** Looks at all of them, whichever is the right one. */
function anyOf<T>(items: readonly T[], is: (item: T) => boolean): boolean {
  return items.map(is).includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Whether a request is for a name this page is known by. Addresses are always taken: only with a name of its own could a web site
 * elsewhere have a browser ask here and read the answer.
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
