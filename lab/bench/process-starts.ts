import type { LoggedRequest } from './lab-logs.js';

/** Requests that another one of the same process follows, or has gone before. */
const accompanying = new Set(['machine.MachineService/Version', 'machine.LifecycleService/Upgrade']);

/** talosctl is written in Go. Slipway itself asks from Node. */
const talosctl = /^grpc-go\//;

/**
 * Whether this request stands for a process: each talosctl that changes a node or writes a file sends exactly one such. It asks
 * for the version before; `upgrade` of 1.13 pulls the image and then installs it.
 */
export function standsForProcess({ fullMethod, client }: LoggedRequest): boolean {
  return talosctl.test(client) && !accompanying.has(fullMethod);
}

/** Whether Slipway looks with it, from the process it is. */
export function isLook({ client }: LoggedRequest): boolean {
  return !talosctl.test(client);
}
