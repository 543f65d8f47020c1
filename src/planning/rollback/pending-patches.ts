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
 * Patches that were to come once a new machine was Ready, where the run that made it did not come to its end: the mark of the
 * replacement tells, also where a person has uncordoned the node since. Undefined: none.
 */
export function owedPatches(
  { inventory }: Pick<PlanInput, 'inventory'>,
  { node, object, incompleteReplacement }: Pick<SeenNode, 'node' | 'object' | 'incompleteReplacement'>,
): OwedPatches | undefined {
  const mark = object?.marks.replace;
  const patches = patchesFor(inventory, node, 'after-ready').length;
  if (mark === undefined || incompleteReplacement || patches === 0) return undefined;
  return { patches, run: mark.split('/').slice(0, 3).join('/') };
}

/** Nodes that would go on to another version in place, which brings no patches, and lose the mark that tells of them. */
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
