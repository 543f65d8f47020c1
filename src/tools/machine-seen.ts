import { nodeNamed } from '../inventory/node-named.js';
import type { ClusterAccess } from './cluster-access.js';
import { dial } from './dial-map.js';
import { throughOthers, whyNot } from './observe-cluster.js';
import { lookInMaintenance, type MaintenanceSeen } from './talos-api/maintenance-looks.js';
import { TalosCallFailed } from './talos-api/talos-call-failed.js';

/** The machine at a node's address. */
export type MachineAt =
  /** It has the cluster's configuration: the other control planes reach it. */
  | {
      readonly kind: 'configured';
      readonly uuid: string;
      readonly macs: readonly string[];
      readonly version: string;
      readonly stage: string;
    }
  /** It waits for a configuration. `endpoint`: where it was reached. */
  | ({ readonly kind: 'maintenance'; readonly endpoint: string } & MaintenanceSeen)
  | { readonly kind: 'unreachable'; readonly why: string };

/**
 * Identifies the machine at a node's address, through the other control planes first. A machine without a configuration accepts no
 * forwarded calls, so it is asked directly.
 */
export async function machineAt(
  access: ClusterAccess,
  name: string,
  signal?: AbortSignal,
): Promise<MachineAt> {
  const node = nodeNamed(access.inventory, name);
  const limits = signal ? { signal } : {};
  let why: string;
  try {
    return await throughOthers(access.targets(name), async (target) => {
      const uuid = await access.talos.systemUuid(target, limits);
      const [macs, version, { stage }] = await Promise.all([
        access.talos.macs(target, limits),
        access.talos.version(target, limits),
        access.talos.machineStatus(target, limits),
      ]);
      return { kind: 'configured', uuid, macs, version, stage };
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    why = whyNot(error);
  }
  const endpoint = dial(access.dialMap, node.address);
  try {
    const seen = await lookInMaintenance(endpoint, { timeoutMs: answerMs, ...limits });
    return seen.stage === 'maintenance'
      ? { kind: 'maintenance', endpoint, ...seen }
      : { kind: 'unreachable', why };
  } catch (error) {
    if (signal?.aborted || !(error instanceof TalosCallFailed)) throw error;
    // A machine that requires a certificate has its configuration: the earlier error explains why it was not reached.
    return {
      kind: 'unreachable',
      why: error.rejection === undefined && !error.reached ? whyNot(error) : why,
    };
  }
}

/** A reachable machine responds at once. */
const answerMs = 5_000;
