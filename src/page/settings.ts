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
 * Who may read the page. `loopback`: every user of this machine; the page then listens on a loopback address only. `tokens`: whoever
 * has one of the tokens, as a bearer token or typed in once; two during a rotation. `proxy`: whoever the proxy in front lets through;
 * nothing else may reach the port.
 */
const access = z.union([
  z.literal('loopback'),
  z.strictObject({ tokens: z.array(CredentialReference).min(1).max(2) }),
  z.strictObject({ proxy: z.literal(true) }),
]);

/** The page's settings: a section of the configuration file of its server. */
export const PageSettings = z.strictObject({
  access: access.default('loopback'),
  /**
   * Host names of the page, besides `localhost` and IP addresses. A request for any other name is refused, because DNS rebinding
   * would let web sites elsewhere read pages of a private network.
   */
  hosts: z.array(hostName).max(16).default([]),
  /** The time zone of the times on the page; left out: this machine's. */
  timeZone: timeZone.optional(),
});
export type PageSettings = z.infer<typeof PageSettings>;

/** Why the page must not be served on this address with these settings; undefined: it may. */
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

/** Whether only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  if (address === 'localhost') return true;
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1';
}
