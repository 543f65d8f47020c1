import { type PlanInput, type SeenNode } from '../plan/plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { hopsOfNode } from '../plan/node-strategy.js';
import { hopsOf } from '../plan/version-refusals.js';

/**
 * What forbids resuming incomplete replacements. While there is one, etcd may lack a member and a budget may block, so nothing else is
 * worked on before it.
 */
export function resumeRefusals(input: PlanInput, seen: readonly SeenNode[]): Reason[] {
  const unfinished = seen.filter(({ incompleteReplacement }) => incompleteReplacement);
  const [first] = unfinished;
  if (!first) return [];
  const names = unfinished.map(({ node }) => node.name);
  if (names.length > 1 || !first.selected) return [{ kind: 'replacement-unfinished', nodes: names }];
  return standingRefusals(input, first, seen);
}

/** A machine that waits must be a new one, of this hop's version. */
function standingRefusals(input: PlanInput, node: SeenNode, seen: readonly SeenNode[]): Reason[] {
  const { incompleteReplacement } = node;
  if (incompleteReplacement?.standing.kind !== 'waiting') return [];
  const { name } = node.node;
  const { version } = incompleteReplacement.standing;
  const old = notReplaced(node);
  if (old) return [old];
  const { hops } = hopsOf(input, seen);
  const wanted = hopsOfNode(input, node, hops).find(({ from, to }) => from !== to)?.to;
  if (wanted === undefined || wanted === version) return [];
  return [{ kind: 'machine-wrong-version', node: name, version, wanted }];
}

/** The machine that waits is the old one: it was never destroyed. */
export function notReplaced({ node, incompleteReplacement }: SeenNode): Reason | undefined {
  if (incompleteReplacement?.standing.kind !== 'waiting') return undefined;
  const { uuid } = incompleteReplacement.standing;
  if (incompleteReplacement.object.systemUuid?.toLowerCase() !== uuid.toLowerCase()) return undefined;
  return { kind: 'machine-not-replaced', node: node.name, uuid };
}
