import { isIPv6 } from 'node:net';

/** The port of every Talos API. */
const defaultPort = 50_000;

/**
 * The address to connect to for an endpoint, parsed as talosctl does: an address or a name, with a port or without. `10.0.0.11` →
 * `10.0.0.11:50000`, `fd00::1` → `[fd00::1]:50000`.
 */
export function apiAddress(endpoint: string): string {
  if (isIPv6(endpoint)) return `[${endpoint}]:${defaultPort}`;
  return /^(?:\[.+\]|[^:]+):\d+$/.test(endpoint) ? endpoint : `${endpoint}:${defaultPort}`;
}
