import type { LoggedRequest } from './lab-logs.js';

/** Requests that precede or follow another one of the same process. */
const accompanying = new Set(['machine.MachineService/Version', 'machine.LifecycleService/Upgrade']);

/** talosctl is written in Go. Slipway itself sends requests from Node. */
const talosctl = /^grpc-go\//;

/**
 * Whether this request counts as one process: each talosctl that changes a node or writes a file sends exactly one such request. It asks
 * for the version before; `upgrade` of 1.13 pulls the image and then installs it.
 */
export function standsForProcess({ fullMethod, client }: LoggedRequest): boolean {
  return talosctl.test(client) && !accompanying.has(fullMethod);
}

/** Whether Slipway observes with it, from its own process. */
export function isLook({ client }: LoggedRequest): boolean {
  return !talosctl.test(client);
}
