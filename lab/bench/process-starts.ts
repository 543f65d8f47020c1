import type { LoggedRequest } from './lab-logs.js';

/** What `talosctl get` asks before what it is to get. */
const definitions = 'List ResourceDefinitions.meta.cosi.dev';

/** Requests that another one of the same process follows, or has gone before. */
const accompanying = new Set(['machine.MachineService/Version', 'machine.LifecycleService/Upgrade']);

/**
 * Whether this request stands for a process: each talosctl sends exactly one such. `talosctl get` asks for the version and the
 * definitions before, and stops there where the node is down; `upgrade` of 1.13 pulls the image and then installs it.
 */
export function standsForProcess({ fullMethod, method, code }: LoggedRequest): boolean {
  if (accompanying.has(fullMethod)) return false;
  return method !== definitions || code !== 0;
}
