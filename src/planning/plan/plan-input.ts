import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import type { CertificateEnd } from './client-certificates.js';
import { isOnTarget } from '../node/expectations.js';
import {
  asBefore,
  incompleteReplacement,
  type IncompleteReplacement,
} from '../rollback/incomplete-replacement.js';
import { schematicOf } from '../versions/installer-image.js';
import type {
  Answer,
  ClusterObservation,
  NodeObject,
  NodeObservation,
  TalosObservation,
} from '../node/observation.js';
import type { UpgradeRequest } from './plan.js';
import type { OtherChanges } from '../terraform/accepted-changes.js';

/** Schematic id → the official system extensions in it (`siderolabs/iscsi-tools`); `null`: the factory has no such schematic. */
export type SchematicContents = Readonly<Record<string, readonly string[] | null>>;

/** All inputs of a plan. */
export interface PlanInput {
  readonly request: UpgradeRequest;
  readonly inventory: Inventory;
  readonly observation: ClusterObservation;
  /** Versions of Talos the Image Factory can build. */
  readonly availableVersions: Answer<readonly string[]>;
  /** Contents of the wanted schematics, by id: requested where a node gets another one. */
  readonly schematics?: Answer<SchematicContents>;
  /** Expiry of the client certificates that a run of the plan would use; left out: not checked. */
  readonly certificates?: readonly CertificateEnd[];
  /** What Terraform would change of machines besides the version; left out: it was not asked. */
  readonly otherChanges?: Answer<OtherChanges>;
  /** Only these nodes; empty or left out: all. */
  readonly only?: readonly string[];
  /** SHA-256 of a text, in hex: planning has no crypto of its own. */
  readonly sha256: (text: string) => string;
  /** ISO time. */
  readonly now: string;
}

/** A node of the inventory with its observation. */
export interface SeenNode {
  readonly node: InventoryNode;
  readonly seen: NodeObservation | undefined;
  /**
   * Its Talos observation; undefined when Talos did not respond. For an incomplete replacement: what the old machine would have reported.
   */
  readonly talos: TalosObservation | undefined;
  /** Its Node object; undefined when there is none, or Kubernetes did not respond. */
  readonly object: NodeObject | undefined;
  /** An earlier run left the replacement of its machine incomplete. */
  readonly incompleteReplacement?: IncompleteReplacement;
  /** Whether the request includes it. */
  readonly selected: boolean;
}

/** The inventory's nodes, in its order, each with its observation. */
export function seenNodes(input: PlanInput): SeenNode[] {
  const { inventory, observation, only, request } = input;
  const byName = new Map(observation.nodes.map((seen) => [seen.name, seen]));
  const wanted = new Set(only);
  return inventory.nodes.map((node) => {
    const seen = byName.get(node.name);
    const half = seen && incompleteReplacement(inventory, seen, request);
    const talos = seen?.talos.kind === 'answered' ? seen.talos.value : undefined;
    return {
      node,
      seen,
      talos: half ? asBefore(inventory, node, half) : talos,
      ...(half ? { incompleteReplacement: half } : {}),
      object: seen?.kubernetes.kind === 'answered' ? seen.kubernetes.value : undefined,
      selected: wanted.size === 0 || wanted.has(node.name),
    };
  });
}

/** Whether a node runs its target; false while that is not known. */
export function runsTarget({ request, inventory }: PlanInput, { node, talos }: SeenNode): boolean {
  return (
    talos !== undefined &&
    isOnTarget({ version: request.talos, schematic: schematicOf(inventory, node) }, talos)
  );
}
