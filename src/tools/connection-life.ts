import { X509Certificate } from 'node:crypto';

/** Milliseconds an idle connection is kept: longer than the pause between two steps, or between two observations. */
export const idleMs = 30_000;

/**
 * Milliseconds a connection is used at most. Servers check a client's certificate only when a connection is made: a certificate they would
 * now reject must not work for long.
 */
const ageMsMax = 5 * 60_000;

/**
 * Until when a connection that is made now may be used, in milliseconds since the epoch: never longer than its client certificate is valid.
 *
 * @param certificate PEM, its own certificate first; undefined: it shows none.
 */
export function usableUntil(now: number, certificate: string | Buffer | undefined): number {
  const end = now + ageMsMax;
  if (certificate === undefined || certificate.length === 0) return end;
  try {
    return Math.min(end, Date.parse(new X509Certificate(certificate).validTo));
  } catch {
    // An unreadable certificate is rejected in the handshake.
    return end;
  }
}

/** A reused connection broke during a call: the server may have closed it while it was idle. */
export class BrokenSince extends Error {
  override readonly name = 'BrokenSince';

  constructor(readonly how: unknown) {
    super('the connection broke');
  }
}
