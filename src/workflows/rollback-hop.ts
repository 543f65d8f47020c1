import type { Hop, PlannedNode } from '../planning/plan/plan.js';
import type { NodeEnding } from '../planning/report/run-result.js';
import { isTouched } from './node-results.js';

/** The values of a node's machine: those of its hop, or the previous ones for a rollback. */
export function valuesFor(
  { replacement }: PlannedNode,
  { values }: Hop,
): { readonly values?: Readonly<Record<string, string>> } {
  const given = replacement?.rollbackValues?.values ?? values;
  return replacement && given ? { values: given } : {};
}

/** What a node's rollback is planned from, beside the node: its hop's values, and the nodes the hop has still to replace. */
export function rollbackHopOf(
  { values, templates, nodes, to }: Hop,
  node: PlannedNode,
  endings: readonly NodeEnding[],
): {
  readonly values?: Readonly<Record<string, string>>;
  readonly templates?: readonly string[];
  readonly ahead?: readonly string[];
} {
  if (!node.replacement) return {};
  const done = endings.filter((one) => one.to === to && one.outcome === 'done').map((one) => one.node);
  const ahead = nodes
    .filter((one) => one.replacement && isTouched(one))
    .map(({ name }) => name)
    .filter((name) => name !== node.name && !done.includes(name));
  return { ...(values ? { values } : {}), ...(templates ? { templates } : {}), ahead };
}
