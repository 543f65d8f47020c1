import type { TalosKeys } from '../credential-certificates.js';
import { Refusal } from '../refusal.js';
import type { CallLimits, TalosTarget } from '../talos-target.js';
import { etcdLooks, type EtcdLooks } from './etcd-looks.js';
import { machineLooks, type MachineLooks } from './machine-looks.js';
import { resourceLooks, type ResourceLooks } from './resource-looks.js';
import { TalosCallFailed } from './talos-call-failed.js';
import { TalosConnections } from './talos-connections.js';
import type { TalosSessions } from './talos-sessions.js';

/** Everything that Slipway reads through Talos' API. Nothing here changes a node. */
export interface TalosLooks extends MachineLooks, ResourceLooks, EtcdLooks {
  /** Cancels all reads, and closes the connections that are not shared. */
  close(): void;
}

/**
 * Makes a call and returns its messages. A rejected credential is a distinct error.
 *
 * @throws TalosCallFailed, Refusal `credential-rejected`
 */
export type Call = <T>(
  path: string,
  request: object,
  target: TalosTarget,
  limits?: CallLimits,
) => Promise<readonly T[]>;

/**
 * Reads with one talosconfig. Connects on first use.
 *
 * @param which the talosconfig's name in errors: `talosconfig (reader)`.
 * @param sessions shared connections; default: its own.
 */
export function talosLooks(keys: TalosKeys, which = 'talosconfig', sessions?: TalosSessions): TalosLooks {
  const connections = new TalosConnections(keys, sessions);
  const call: Call = async <T>(
    path: string,
    request: object,
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<readonly T[]> => {
    try {
      // The .proto files define the answer of each call.
      return (await connections.call(path, request, target, limits)) as readonly T[];
    } catch (error) {
      throw rejected(error, which) ?? error;
    }
  };
  return {
    ...machineLooks(call),
    ...resourceLooks(call),
    ...etcdLooks(call),
    close: () => connections.close(),
  };
}

/** The reason for a rejected credential; undefined: another failure. */
function rejected(error: unknown, which: string): Refusal | undefined {
  if (!(error instanceof TalosCallFailed)) return undefined;
  const why = error.rejection;
  if (why === undefined) return undefined;
  const reason = { kind: 'credential-rejected', which, endpoint: error.target.endpoint, why } as const;
  return new Refusal(reason, { cause: error });
}
