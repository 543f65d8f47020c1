import { nodeConfiguration } from '../planning/node/node-configuration.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { readCredential, referenceText } from '../tools/credentials.js';
import { whyNotIts } from '../tools/machine-configuration.js';
import { throughOthers } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference } from './activity-context.js';

/**
 * The machine configuration of a node by its reference, unchanged. Checks only that it is this node's.
 *
 * @throws Refusal `credential-unreadable`, `configuration-wrong`
 */
export async function readConfiguration(
  settings: ActivitySettings,
  { cluster, run }: RunReference,
  node: PlannedNode,
): Promise<string> {
  const { inventory, base } = await settings.inputOf(cluster, run);
  const reference = nodeConfiguration(inventory, node);
  if (!reference)
    throw new Error(
      `slipway.yaml names no machine configuration for ${node.name}, and the plan rests on one`,
    );
  const folder = settings.credentialsFolder ?? base;
  const { text } = await readCredential(`machine configuration of ${node.name}`, reference, folder);
  const why = whyNotIts(text, node);
  if (why === undefined) return text;
  throw new Refusal({
    kind: 'configuration-wrong',
    node: node.name,
    reference: referenceText(reference),
    why,
  });
}

/** The machine configuration that a node runs: a text that holds the cluster's secrets. */
export async function runningConfiguration(
  access: ClusterAccess,
  node: string,
  signal: AbortSignal,
): Promise<string> {
  const admin = await access.talosAdmin();
  return throughOthers(access.targets(node), (target) => admin.machineConfiguration(target, { signal }));
}
