import type { Inventory } from '../../inventory/schema.js';
import { schematicOf } from '../versions/installer-image.js';
import type { MachineStanding, NodeObject, NodeObservation, TalosObservation } from '../node/observation.js';
import type { InventoryNode } from '../../inventory/schema.js';
import type { UpgradeRequest } from '../plan/plan.js';
import { deltaOf, isVersion } from '../versions/versions.js';
import { wantedStrategy } from '../plan/wanted-strategy.js';

/**
 * An incomplete replacement: an earlier run began to replace the machine, and did not finish. The annotation is on its Node, its kubelet
 * does not respond, and the machine at its address takes no part in the cluster.
 */
export interface IncompleteReplacement {
  readonly object: NodeObject;
  readonly standing: MachineStanding;
  /** The version of its old machine, as its Node still says. */
  readonly from: string;
}

/** Undefined where the node is none: a node that is unreachable for another reason has nothing to resume. */
export function incompleteReplacement(
  inventory: Pick<Inventory, 'upgrade'>,
  { talos, kubernetes, standing }: NodeObservation,
  request: Pick<UpgradeRequest, 'talos' | 'strategy' | 'back'>,
): IncompleteReplacement | undefined {
  const object = kubernetes.kind === 'answered' ? kubernetes.value : undefined;
  if (!object || !standing || object.marks.replace === undefined || object.ready) return undefined;
  if (talos.kind === 'answered') return undefined;
  const [, from] = /\((v[^)]+)\)/.exec(object.osImage) ?? [];
  if (from === undefined || !isVersion(from) || !isVersion(request.talos)) return undefined;
  const strategy = wantedStrategy({ inventory, request }, deltaOf(from, request.talos));
  return strategy === 'replace' || request.back ? { object, standing, from } : undefined;
}

/** The Talos observation of its old machine: versions and strategy of the remaining work derive from it. */
export function asBefore(
  inventory: Inventory,
  node: InventoryNode,
  { from }: IncompleteReplacement,
): TalosObservation {
  return {
    nodename: node.name,
    version: from,
    schematic: schematicOf(inventory, node),
    extensions: [],
    stage: 'gone',
    ready: false,
    unmet: [],
  };
}
