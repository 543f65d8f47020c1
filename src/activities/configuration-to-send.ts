import { deviceFindings, deviceOf } from '../planning/node/devices.js';
import { versionOfImage } from '../planning/versions/installer-image.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { filesOf } from '../tools/machine-configuration.js';
import { Refusal } from '../tools/refusal.js';
import type { ActivitySettings, RunReference } from './activity-context.js';
import { readConfiguration } from './machine-configuration.js';
import { mergePatches, readPatches, tryMerging } from './merge-patches.js';

/** A machine configuration that may be sent. It holds the cluster's secrets: the text goes into no history and no log. */
export interface ConfigurationToSend {
  readonly text: string;
  /** Notes for people, without secrets. */
  readonly notes: readonly string[];
}

/**
 * The configuration for a node's new machine: its machine configuration by reference, with the patches of slipway.yaml merged in,
 * checked for what its GPUs need.
 *
 * @param moment `trial`: before anything is touched, so the patches for after Ready are tried as well. `sending`: nothing is waited
 *   for that is needed only later.
 * @throws Refusal `credential-unreadable`, `configuration-wrong`, `patch-failed`, `device-configuration-wrong`
 */
export async function configurationToSend(
  settings: ActivitySettings,
  access: ClusterAccess,
  reference: RunReference,
  node: PlannedNode,
  signal: AbortSignal,
  moment: 'trial' | 'sending',
): Promise<ConfigurationToSend> {
  const own = await readConfiguration(settings, reference, node);
  const patches = await readPatches(settings, access, reference, node, 'creation');
  const text = await mergePatches(access, node, own, patches, signal);
  if (moment === 'sending') return { text, notes: [] };
  const late = await readPatches(settings, access, reference, node, 'after-ready');
  const whole = await tryMerging(access, node, text, late, signal);
  const device = deviceOf(access.inventory, node.name);
  const { wrong, notes } = device
    ? deviceFindings(device, filesOf(whole), versionOfImage(node.image))
    : { wrong: [], notes: [] };
  if (device && wrong.length > 0) {
    const { resource } = device;
    throw new Refusal({ kind: 'device-configuration-wrong', node: node.name, resource, of: 'sent', wrong });
  }
  const merged = [
    ...(patches.length === 0 ? [] : [`patches merged into its machine configuration: ${patches.length}`]),
    ...(late.length === 0 ? [] : [`patches that wait until it is Ready: ${late.length}`]),
  ];
  return { text, notes: [...merged, ...notes] };
}
