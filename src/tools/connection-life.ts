import { X509Certificate } from 'node:crypto';

/** Milliseconds a connection nobody uses is kept: longer than the pause between two steps, or between two looks. */
export const idleMs = 30_000;

/**
 * Milliseconds a connection is used at most. Servers look at a client's certificate when a connection is made, and not
 * again: what they would turn down now must not be hidden for long.
 */
const ageMsMax = 5 * 60_000;

/**
 * Until when a connection that is made now may be used, in milliseconds since the epoch: never longer than the client
 * certificate it is made with is good.
 *
 * @param certificate PEM, its own certificate first; undefined: it shows none.
 */
export function usableUntil(now: number, certificate: string | Buffer | undefined): number {
  const end = now + ageMsMax;
  if (certificate === undefined || certificate.length === 0) return end;
  try {
    return Math.min(end, Date.parse(new X509Certificate(certificate).validTo));
  } catch {
    // What cannot be read is for the handshake to turn down.
    return end;
  }
}

/** A connection that stood broke under a call: it may have been broken before, since the server closed it while nobody used it. */
export class BrokenSince extends Error {
  override readonly name = 'BrokenSince';

  constructor(readonly how: unknown) {
    super('the connection broke');
  }
}
