import { isIP } from 'node:net';
import { z } from 'zod';
import { CredentialReference } from '../inventory/credential.js';

/** A name by which browsers reach the page: `slipway.example.org`. */
const hostName = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'a host is named like slipway.example.org, without a port',
  );

/** A time zone as IANA names it. */
const timeZone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'a time zone is named like Europe/Berlin');

/**
 * Who may look. `loopback`: whoever is on this machine; it is then only served on an address of this machine. `tokens`: whoever has
 * one of them, as a bearer or typed in once; two while one replaces the other. `proxy`: whoever the proxy before it lets through;
 * nothing else may reach its port.
 */
const access = z.union([
  z.literal('loopback'),
  z.strictObject({ tokens: z.array(CredentialReference).min(1).max(2) }),
  z.strictObject({ proxy: z.literal(true) }),
]);

/** The page's settings, a part of whatever file its server is set up by. */
export const PageSettings = z.strictObject({
  access: access.default('loopback'),
  /**
   * Names by which browsers reach it, beside `localhost` and addresses. A request for any other name is refused: by such names web
   * sites elsewhere would read pages of a private network (DNS rebinding).
   */
  hosts: z.array(hostName).max(16).default([]),
  /** The clock that times are told by; left out: this machine's. */
  timeZone: timeZone.optional(),
});
export type PageSettings = z.infer<typeof PageSettings>;

/** What is wrong with settings for an address they are to be served on; undefined: nothing. */
export function unfit(settings: PageSettings, address: string): string | undefined {
  if (settings.access === 'loopback' && !isLoopback(address)) {
    return (
      `${address} can be reached from elsewhere, and anybody there could look: name tokens for it, ` +
      'or say that a proxy before it asks who is there.'
    );
  }
  if (typeof settings.access === 'object' && 'proxy' in settings.access && settings.hosts.length === 0)
    return 'Behind a proxy, the page must know the names it is reached by: hosts.';
  return undefined;
}

/** An address that only this machine reaches. */
export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1';
}
