import { emptySchematic } from '../versions/installer-image.js';
import type { NodeObservation, TalosObservation } from './observation.js';
import type { PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';

/** Why a node is not, or is not known to be, what the plan was made for. */
export type NotAsPlanned = Extract<
  Reason,
  { kind: 'expectation-broken' | 'node-missing' | 'talos-unreachable' | 'kubernetes-unreachable' }
>;

/**
 * Whether the node no longer is what the plan was made for: asserted before its first mutation, and again right before the install. An
 * unreachable node does not count as unchanged.
 */
export function expectationBroken(node: PlannedNode, seen: NodeObservation): NotAsPlanned | undefined {
  if (seen.talos.kind === 'unreachable') {
    return { kind: 'talos-unreachable', node: node.name, endpoint: node.address, why: seen.talos.why };
  }
  if (seen.kubernetes.kind === 'unreachable') {
    return { kind: 'kubernetes-unreachable', endpoints: [], why: seen.kubernetes.why };
  }
  if (!seen.kubernetes.value) return { kind: 'node-missing', node: node.name };
  const talos = seen.talos.value;
  const { expects } = node;
  const pairs = [
    { what: 'name', expected: node.name, found: talos.nodename },
    { what: 'version', expected: expects.version, found: talos.version },
    { what: 'schematic', expected: expects.schematic, found: runningSchematic(talos) },
    ...(expects.extensions
      ? [{ what: 'extensions', expected: listText(expects.extensions), found: listText(talos.extensions) }]
      : []),
  ];
  const broken = pairs.find(({ expected, found }) => expected !== found);
  return broken && { kind: 'expectation-broken', node: node.name, ...broken };
}

/** Whether a node already runs its target. */
export function isOnTarget(target: { version: string; schematic: string }, talos: TalosObservation): boolean {
  return talos.version === target.version && runningSchematic(talos) === target.schematic;
}

/** The schematic a node runs. An image that names none and has no extensions equals the empty schematic. */
export function runningSchematic(talos: Pick<TalosObservation, 'schematic' | 'extensions'>): string {
  return talos.schematic ?? (talos.extensions.length === 0 ? emptySchematic : 'none');
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.toSorted().join(', ');
}
