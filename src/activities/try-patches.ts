import { nodeNamed } from '../inventory/node-named.js';
import { failureOf } from '../planning/reasons/failure.js';
import { patchesFor } from '../planning/node/node-configuration.js';
import type { PlannedNode, UpgradePlan } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference } from './activity-context.js';
import { configurationToSend } from './configuration-to-send.js';
import { runningConfiguration } from './machine-configuration.js';
import { readPatches, tryMerging } from './merge-patches.js';

/**
 * Reads and merges every patch of a plan before anything is touched: a missing patch, or one that does not merge, would stop the run
 * at its node, with others done.
 *
 * @returns what is wrong, once for each node.
 */
export async function tryPatches(
  settings: ActivitySettings,
  access: ClusterAccess,
  reference: RunReference,
  { hops }: UpgradePlan,
  signal: AbortSignal,
): Promise<Reason[]> {
  const patched = hops.flatMap(({ nodes }) => nodes).filter((node) => getsPatches(access, node));
  const tried = await Promise.allSettled(
    patched.map(async (node) => {
      try {
        if (node.replacement?.configuration === 'apply-config')
          await configurationToSend(settings, access, reference, node, signal, 'trial');
        else await tryLatePatches(settings, access, reference, node, signal);
        return [];
      } catch (error) {
        // A transient error is retried with the whole plan.
        if (!(error instanceof Refusal) || failureOf(error.reason).retry) throw error;
        return [error.reason];
      }
    }),
  );
  // All have ended: their working files go with the step.
  const lost = tried.find((one) => one.status === 'rejected');
  if (lost) throw lost.reason;
  return tried.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}

function getsPatches({ inventory }: ClusterAccess, { name, replacement, patches }: PlannedNode): boolean {
  if (patches !== undefined) return true;
  return (
    replacement !== undefined && patchesFor(inventory, nodeNamed(inventory, name), 'creation').length > 0
  );
}

/** Where Slipway does not send the configuration: checks that the patches for after Ready are there, and merge into what runs now. */
export async function tryLatePatches(
  settings: ActivitySettings,
  access: ClusterAccess,
  reference: RunReference,
  node: PlannedNode,
  signal: AbortSignal,
): Promise<void> {
  const patches = await readPatches(settings, access, reference, node, 'after-ready');
  // A machine that is gone has no configuration to try them with.
  if (patches.length === 0 || node.replacement?.continues) return;
  await tryMerging(access, node, await runningConfiguration(access, node.name, signal), patches, signal);
}
