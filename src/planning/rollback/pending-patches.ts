import { patchesFor } from '../node/node-configuration.js';
import { runsTarget, type PlanInput, type SeenNode } from '../plan/plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { wantedStrategy } from '../plan/wanted-strategy.js';
import { deltaOf, isVersion } from '../versions/versions.js';

/** Patches that a node may lack, and the run that replaced its machine. */
export interface OwedPatches {
  readonly patches: number;
  /** `run/<cluster>/<n>`. */
  readonly run: string;
}

/**
 * Patches for a Ready machine whose run ended before it merged them. The replacement annotation shows it, also where a person has
 * uncordoned the node since. Undefined: none.
 */
export function owedPatches(
  { inventory }: Pick<PlanInput, 'inventory'>,
  { node, object, incompleteReplacement }: Pick<SeenNode, 'node' | 'object' | 'incompleteReplacement'>,
): OwedPatches | undefined {
  const annotation = object?.marks.replace;
  const patches = patchesFor(inventory, node, 'after-ready').length;
  if (annotation === undefined || incompleteReplacement || patches === 0) return undefined;
  return { patches, run: annotation.split('/').slice(0, 3).join('/') };
}

/** Nodes whose upgrade in place brings no patches, and removes the annotation that records them as pending. */
export function owedPatchRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { request } = input;
  return nodes.flatMap((seen): Reason[] => {
    const { node, talos, selected } = seen;
    const owed = owedPatches(input, seen);
    if (!owed || !selected || !talos || !isVersion(talos.version) || !isVersion(request.talos)) return [];
    if (runsTarget(input, seen) || wantedStrategy(input, deltaOf(talos.version, request.talos)) === 'replace')
      return [];
    const { version } = talos;
    return [{ kind: 'patches-owed', node: node.name, version, wanted: request.talos, patches: owed.patches }];
  });
}
