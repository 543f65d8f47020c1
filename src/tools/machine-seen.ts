import { nodeNamed } from '../inventory/node-named.js';
import type { ClusterAccess } from './cluster-access.js';
import { dial } from './dial-map.js';
import { throughOthers, whyNot } from './observe-cluster.js';
import { lookInMaintenance, type MaintenanceSeen } from './talos-api/maintenance-looks.js';
import { TalosCallFailed } from './talos-api/talos-call-failed.js';

/** Which machine stands at a node's address. */
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
  | { readonly kind: 'silent'; readonly why: string };

/**
 * Looks which machine stands at a node's address: through the other control planes as always; a machine without a
 * configuration takes nothing from them, and is asked itself.
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
      : { kind: 'silent', why };
  } catch (error) {
    if (signal?.aborted || !(error instanceof TalosCallFailed)) throw error;
    // What wants to see a certificate has its configuration: why it could not be asked was said before.
    return { kind: 'silent', why: error.rejection === undefined && !error.reached ? whyNot(error) : why };
  }
}

/** A machine that is there answers at once. */
const answerMs = 5_000;
